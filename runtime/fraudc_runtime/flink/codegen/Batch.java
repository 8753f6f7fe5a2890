// Rows (payload, partition, offset, record timestamp) in, topic frames of one partition each out: when one is full, when `linger` has passed
// since its first record, before a barrier and at the end; last an end-of-input frame. The source's watermark passes behind them: it tells
// when every partition of this task has brought something, or is idle.
public final class Batch extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator,
                org.apache.flink.streaming.api.operators.BoundedOneInput,
                org.apache.flink.streaming.runtime.tasks.ProcessingTimeService.ProcessingTimeCallback {
    private static final int HEADER = 10;
    private static final int NUMBERS = 20; // bytes of offset, timestamp and length
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] END_OF_INPUT = {-1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    private final int source;
    private final int frameRecords;
    private final int frameBytes;
    private final long linger;
    private transient java.util.TreeMap partitions; // partition -> Filling
    private transient int held;
    private transient boolean waiting;

    public Batch(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.source = Integer.parseInt((String) references[0]);
        this.frameRecords = Integer.parseInt((String) references[1]);
        this.frameBytes = Integer.parseInt((String) references[2]);
        this.linger = Long.parseLong((String) references[3]);
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void open() throws Exception {
        super.open();
        partitions = new java.util.TreeMap();
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        org.apache.flink.table.data.RowData row = (org.apache.flink.table.data.RowData) element.getValue();
        Integer partition = Integer.valueOf(row.getInt(1));
        Filling filling = (Filling) partitions.get(partition);
        if (filling == null) {
            filling = new Filling(partition.intValue(), frameRecords);
            partitions.put(partition, filling);
        }
        byte[] payload = row.isNullAt(0) ? NOTHING : row.getBinary(0);
        long received = row.isNullAt(3) ? -1 : row.getTimestamp(3, 3).getMillisecond();
        filling.add(payload, row.getLong(2), received);
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
        byte[] frame = new byte[HEADER + NUMBERS * n + filling.bytes + n - 1];
        java.nio.ByteBuffer out = java.nio.ByteBuffer.wrap(frame);
        out.putShort((short) source).putInt(filling.partition).putInt(n);
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
        held -= n;
        filling.n = 0;
        filling.bytes = 0;
        output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(frame));
    }

    public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
        sendAll();
        super.prepareSnapshotPreBarrier(checkpoint);
    }

    public void processWatermark(org.apache.flink.streaming.api.watermark.Watermark mark) throws Exception {
        sendAll();
        super.processWatermark(mark);
    }

    public void endInput() throws Exception {
        sendAll();
        output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(END_OF_INPUT));
    }

    public static final class Filling {
        public final int partition;
        public final byte[][] payloads;
        public final long[] offsets;
        public final long[] received;
        public int n;
        public int bytes;

        public Filling(int partition, int most) {
            this.partition = partition;
            this.payloads = new byte[most][];
            this.offsets = new long[most];
            this.received = new long[most];
        }

        public void add(byte[] payload, long offset, long timestamp) {
            payloads[n] = payload;
            offsets[n] = offset;
            received[n] = timestamp;
            bytes += payload.length;
            n++;
        }
    }
}
