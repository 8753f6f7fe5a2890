// Rows (shard, largest event time and sub-frame) in, rows (shard, shard frame) out: sub-frames gathered per shard and sent with the watermark that makes them
// complete: as soon as `batchBytes` are held, and `patience` after a watermark came that some wait for (0: not before the bytes are held).
// Few large batches cost half of what many small ones do. So under load that wait grows: with what comes in a wait, and to twice the time
// that the last large batch took from when it was due until `detect` had room for it. What waits behind others would wait anyway.
// The watermark passes only when nothing before it is held back, so that no timer overtakes a transaction.
public final class Coalesce extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator,
                org.apache.flink.streaming.runtime.tasks.ProcessingTimeService.ProcessingTimeCallback {
    private static final byte MARKER = 1;
    private static final byte END = 2;
    private static final int HEADER = 13;
    private static final int AHEAD = 8; // bytes of the largest event time
    private static final long MOST_HELD = 1L << 26; // where nothing is batched
    private static final long MOST_PATIENCE = 500; // ms
    private static final long SLOW = 2_500; // bytes a ms, some 30,000 transactions a second: as long as less comes the wait stays short
    private static final int LARGE = 512; // such a part of `batchBytes` makes a large batch: what gathers during a hiccup does not

    private final long batchBytes;
    private final long mostHeld;
    private final long maxDisorder;
    private final long patience; // ms
    private transient boolean timed;
    private transient long wait; // ms
    private transient java.util.HashMap shards; // shard -> Pending
    private transient long held;
    private transient long watermark;
    private transient long passed;

    public Coalesce(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.batchBytes = Long.parseLong((String) references[0]);
        this.mostHeld = batchBytes > 0 ? 4 * batchBytes : MOST_HELD;
        this.maxDisorder = Long.parseLong((String) references[1]);
        this.patience = Long.parseLong((String) references[2]);
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void open() throws Exception {
        super.open();
        shards = new java.util.HashMap();
        watermark = Long.MIN_VALUE;
        passed = Long.MIN_VALUE;
        wait = patience;
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        org.apache.flink.types.Row row = (org.apache.flink.types.Row) element.getValue();
        String shard = (String) row.getField(0);
        byte[] subframe = (byte[]) row.getField(1);
        Pending pending = (Pending) shards.get(shard);
        if (pending == null) {
            pending = new Pending(shard);
            shards.put(shard, pending);
        }
        pending.subframes.add(subframe);
        pending.bytes += subframe.length - AHEAD;
        long ahead = java.nio.ByteBuffer.wrap(subframe).getLong();
        pending.guessed = pending.guessed || ahead == Long.MIN_VALUE;
        pending.until = Math.max(pending.until, ahead);
        held += subframe.length - AHEAD;
        if (held >= mostHeld) {
            sendGathered(); // profiles come before there is any watermark
        }
    }

    public void processWatermark(org.apache.flink.streaming.api.watermark.Watermark mark) throws Exception {
        watermark = mark.getTimestamp();
        if (watermark == Long.MAX_VALUE) {
            sendGathered();
            for (java.util.Iterator i = shards.values().iterator(); i.hasNext(); ) {
                send((Pending) i.next(), END);
            }
            shards.clear(); // a last barrier may follow, and finds nothing to send
            passed = watermark;
            output.emitWatermark(mark);
        } else if (held >= batchBytes) {
            drain();
        } else if (patience > 0 && !timed) {
            timed = true;
            getProcessingTimeService().registerTimer(getProcessingTimeService().getCurrentProcessingTime() + wait, this);
        }
    }

    public void onProcessingTime(long due) throws Exception {
        timed = false;
        long gathered = held;
        drain();
        long took = getProcessingTimeService().getCurrentProcessingTime() - due;
        long busy = gathered < batchBytes / LARGE ? 0 : Math.max(2 * took, gathered / SLOW);
        wait = Math.min(MOST_PATIENCE, Math.max(patience, busy));
    }

    // Everything gathered goes out; a shard whose last transactions have come of age since gets an empty frame; then the watermark.
    private void drain() {
        sendGathered();
        for (java.util.Iterator i = shards.values().iterator(); i.hasNext(); ) {
            Pending pending = (Pending) i.next();
            if (pending.waiting && pending.until <= watermark) {
                pending.waiting = false;
                send(pending, (byte) 0);
            }
        }
        if (watermark > passed) {
            passed = watermark;
            output.emitWatermark(new org.apache.flink.streaming.api.watermark.Watermark(watermark));
        }
    }

    private void sendGathered() {
        for (java.util.Iterator i = shards.values().iterator(); i.hasNext(); ) {
            Pending pending = (Pending) i.next();
            if (!pending.subframes.isEmpty()) {
                if (pending.guessed) {
                    pending.until = Math.max(pending.until, watermark + maxDisorder + 1); // a file's watermark never lags
                    pending.guessed = false;
                }
                pending.waiting = pending.until > watermark;
                send(pending, (byte) 0);
            }
        }
        held = 0;
    }

    private void send(Pending pending, byte flags) {
        byte[] frame = new byte[HEADER + 4 * pending.subframes.size() + pending.bytes];
        java.nio.ByteBuffer out = java.nio.ByteBuffer.wrap(frame);
        out.putLong(watermark).put(flags).putInt(pending.subframes.size());
        for (java.util.Iterator i = pending.subframes.iterator(); i.hasNext(); ) {
            byte[] subframe = (byte[]) i.next();
            out.putInt(subframe.length - AHEAD).put(subframe, AHEAD, subframe.length - AHEAD);
        }
        pending.subframes.clear();
        pending.bytes = 0;
        pending.touched = true;
        org.apache.flink.types.Row row = new org.apache.flink.types.Row(2);
        row.setField(0, pending.shard);
        row.setField(1, frame);
        output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(row));
    }

    // Behind it no watermark passes, so what waits for one goes first.
    public void processWatermarkStatus(org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus status) throws Exception {
        if (status.isIdle()) {
            drain();
        }
        super.processWatermarkStatus(status);
    }

    // The barrier follows right behind these frames on the same forward edge: what the markers make `detect` write is in the snapshot.
    public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
        drain();
        for (java.util.Iterator i = shards.values().iterator(); i.hasNext(); ) {
            Pending pending = (Pending) i.next();
            if (pending.touched) {
                send(pending, MARKER);
                pending.touched = false;
            }
        }
        super.prepareSnapshotPreBarrier(checkpoint);
    }

    public static final class Pending {
        public final String shard;
        public final java.util.ArrayList subframes = new java.util.ArrayList();
        public int bytes;
        public boolean waiting; // some of what was sent may be ahead of the watermark,
        public long until = Long.MIN_VALUE; // and by this event time has come of age
        public boolean guessed; // that time is not known of all that is gathered
        public boolean touched; // since the last marker

        public Pending(String shard) {
            this.shard = shard;
        }
    }
}
