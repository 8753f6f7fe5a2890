// Rows (payload, partition, offset, record timestamp) in, topic frames of one partition each out: when one is full, when `linger` has passed
// since its first record, before a barrier and at the end; last an end-of-input frame. The source's watermark passes behind them: it tells
// when every partition of this task has brought something, or is idle.
// With topics named as `number:topic` rows are (payload, key, partition, offset, record timestamp, topic) of profiles: frames have that source's
// number, and keys. They come beside transactions: the output is idle from the beginning and stays so, and says nothing of an end.
public final class Batch extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator,
                org.apache.flink.streaming.api.operators.BoundedOneInput,
                org.apache.flink.streaming.runtime.tasks.ProcessingTimeService.ProcessingTimeCallback {
    private static final int HEADER = 10;
    private static final int NUMBERS = 20; // bytes of offset, timestamp and length
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] END_OF_INPUT = {-1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private final int transactions;
    private final java.util.HashMap sources; // topic -> number; null for transactions
    private final int frameRecords;
    private final int frameBytes;
    private final long linger;
    private transient java.util.TreeMap partitions; // source and partition -> Filling
    private transient int held;
    private transient boolean waiting;

    public Batch(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.transactions = Integer.parseInt((String) references[0]);
        this.sources = references.length > 4 ? numbers(references) : null;
        this.frameRecords = Integer.parseInt((String) references[1]);
        this.frameBytes = Integer.parseInt((String) references[2]);
        this.linger = Long.parseLong((String) references[3]);
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    private static java.util.HashMap numbers(Object[] references) {
        java.util.HashMap found = new java.util.HashMap();
        for (int i = 4; i < references.length; i++) {
            String named = (String) references[i];
            int colon = named.indexOf(':');
            found.put(named.substring(colon + 1), Integer.valueOf(named.substring(0, colon)));
        }
        return found;
    }

    public void open() throws Exception {
        super.open();
        partitions = new java.util.TreeMap();
        if (sources != null) {
            output.emitWatermarkStatus(org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus.IDLE);
        }
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        org.apache.flink.table.data.RowData row = (org.apache.flink.table.data.RowData) element.getValue();
        int at = sources == null ? 1 : 2; // where the partition stands; offset and timestamp follow
        int source = transactions;
        if (sources != null) {
            Integer number = (Integer) sources.get(row.getString(5).toString());
            if (number == null) {
                return; // of an entity that has no profile any more: a restored source still reads its topic
            }
            source = number.intValue();
        }
        Long place = Long.valueOf(((long) source << 32) + row.getInt(at));
        Filling filling = (Filling) partitions.get(place);
        if (filling == null) {
            filling = new Filling(source, row.getInt(at), frameRecords, sources != null);
            partitions.put(place, filling);
        }
        byte[] payload = row.isNullAt(0) ? NOTHING : row.getBinary(0);
        byte[] key = sources == null || row.isNullAt(1) ? null : row.getBinary(1);
        long received = row.isNullAt(at + 2) ? -1 : row.getTimestamp(at + 2, 3).getMillisecond();
        filling.add(payload, key, row.getLong(at + 1), received);
        held++;
        if (filling.n == frameRecords || filling.bytes >= frameBytes) {
            send(filling);
        } else if (linger == 0) {
            sendAll();
        } else if (!waiting) {
            waiting = true;
            getProcessingTimeService().registerTimer(getProcessingTimeService().getCurrentProcessingTime() + linger, this);
        }
    }

    public void onProcessingTime(long time) throws Exception {
        waiting = false;
        sendAll();
    }

    private void sendAll() {
        if (held > 0) {
            for (java.util.Iterator i = partitions.values().iterator(); i.hasNext(); ) {
                Filling filling = (Filling) i.next();
                if (filling.n > 0) {
                    send(filling);
                }
            }
        }
    }

    private void send(Filling filling) {
        int n = filling.n;
        byte[] frame = new byte[HEADER + NUMBERS * n + filling.bytes + n - 1 + (filling.keys == null ? 0 : 4 * n)];
        java.nio.ByteBuffer out = java.nio.ByteBuffer.wrap(frame);
        out.putShort((short) filling.source).putInt(filling.partition).putInt(n);
        for (int i = 0; i < n; i++) {
            out.putLong(filling.offsets[i]);
        }
        for (int i = 0; i < n; i++) {
            out.putLong(filling.received[i]);
        }
        for (int i = 0; i < n; i++) {
            out.putInt(filling.payloads[i].length);
        }
        for (int i = 0; i < n; i++) {
            if (i > 0) {
                out.put((byte) '\n');
            }
            out.put(filling.payloads[i]);
            filling.payloads[i] = null;
        }
        if (filling.keys != null) {
            putKeys(filling, out);
        }
        held -= n;
        filling.n = 0;
        filling.bytes = 0;
        output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(frame));
    }

    private static void putKeys(Filling filling, java.nio.ByteBuffer out) {
        for (int i = 0; i < filling.n; i++) {
            out.putInt(filling.keys[i] == null ? -1 : filling.keys[i].length);
        }
        for (int i = 0; i < filling.n; i++) {
            if (filling.keys[i] != null) {
                out.put(filling.keys[i]);
                filling.keys[i] = null;
            }
        }
    }

    public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
        sendAll();
        super.prepareSnapshotPreBarrier(checkpoint);
    }

    public void processWatermark(org.apache.flink.streaming.api.watermark.Watermark mark) throws Exception {
        sendAll();
        if (sources == null) {
            super.processWatermark(mark);
        }
    }

    public void processWatermarkStatus(org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus status) throws Exception {
        if (sources == null) {
            super.processWatermarkStatus(status);
        }
    }

    public void endInput() throws Exception {
        sendAll();
        if (sources == null) {
            output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(END_OF_INPUT));
        }
    }

    public static final class Filling {
        public final int source;
        public final int partition;
        public final byte[][] payloads;
        public final byte[][] keys; // null where messages need none
        public final long[] offsets;
        public final long[] received;
        public int n;
        public int bytes;

        public Filling(int source, int partition, int most, boolean keyed) {
            this.source = source;
            this.partition = partition;
            this.keys = keyed ? new byte[most][] : null;
            this.payloads = new byte[most][];
            this.offsets = new long[most];
            this.received = new long[most];
        }

        public void add(byte[] payload, byte[] key, long offset, long timestamp) {
            payloads[n] = payload;
            if (keys != null) {
                keys[n] = key;
                bytes += key == null ? 0 : key.length;
            }
            offsets[n] = offset;
            received[n] = timestamp;
            bytes += payload.length;
            n++;
        }
    }
}
