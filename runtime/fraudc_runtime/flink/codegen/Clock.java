// Tagged frames that begin with the partition that they come from and its largest event time in, tagged frames with the watermark out; that
// time stands in a record (no key, 8 bytes) of the same tag at their beginning.
// A partition's clock is the largest event time it has brought, kept across restarts; the watermark is `max_disorder` and 1 ms behind the
// slowest clock. None comes before the source's own watermark has: then each partition of this task has brought something or is idle. A
// partition silent for `idle` holds nothing back; when all are silent, the watermark is the largest event time seen, and this task is idle.
public final class Clock extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator,
                org.apache.flink.streaming.runtime.tasks.ProcessingTimeService.ProcessingTimeCallback {
    private static final int HEADER = 8;
    private static final int LATEST = 17; // bytes of the record with the largest event time
    private static final int NO_KEY = -1;
    private static final int MOST_TICKS = 20;
    private static final long NEVER = Long.MIN_VALUE;

    private final int clockTag;
    private final long maxDisorder;
    private final long tick; // ms
    private transient java.util.TreeMap clocks; // partition -> largest event time
    private transient java.util.TreeMap silence; // partition of this task that has brought something -> ticks since
    private transient org.apache.flink.api.common.state.ListState kept;
    private transient boolean begun;
    private transient boolean idle;
    private transient int ticksOfAll;
    private transient long watermark;

    public Clock(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.clockTag = Integer.parseInt((String) references[0]);
        this.maxDisorder = Long.parseLong((String) references[1]);
        this.tick = Math.max(1L, Long.parseLong((String) references[2]) / MOST_TICKS);
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void initializeState(org.apache.flink.runtime.state.StateInitializationContext context) throws Exception {
        super.initializeState(context);
        clocks = new java.util.TreeMap();
        kept = context.getOperatorStateStore().getUnionListState(
                new org.apache.flink.api.common.state.ListStateDescriptor(
                        "clocks", org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo.LONG_PRIMITIVE_ARRAY_TYPE_INFO));
        for (java.util.Iterator i = ((Iterable) kept.get()).iterator(); i.hasNext(); ) {
            long[] clock = (long[]) i.next();
            advance(Integer.valueOf((int) clock[0]), clock[1]);
        }
    }

    // All that this task knows of, restored ones too: clocks only rise, so the largest of several tasks' is right.
    public void snapshotState(org.apache.flink.runtime.state.StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        java.util.ArrayList list = new java.util.ArrayList();
        for (java.util.Iterator i = clocks.entrySet().iterator(); i.hasNext(); ) {
            java.util.Map.Entry entry = (java.util.Map.Entry) i.next();
            list.add(new long[] {((Integer) entry.getKey()).longValue(), ((Long) entry.getValue()).longValue()});
        }
        kept.update(list);
    }

    public void open() throws Exception {
        super.open();
        silence = new java.util.TreeMap();
        watermark = NEVER;
        nextTick();
    }

    private void nextTick() {
        getProcessingTimeService().registerTimer(getProcessingTimeService().getCurrentProcessingTime() + tick, this);
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        byte[] frame = (byte[]) element.getValue();
        if (frame.length == HEADER || frame[HEADER] != clockTag) {
            output.collect(element); // of the end of input
            return;
        }
        java.nio.ByteBuffer in = java.nio.ByteBuffer.wrap(frame);
        long latest = in.getLong();
        in.get();
        int digits = in.getInt();
        Integer partition = Integer.valueOf(new String(frame, in.position(), digits, "US-ASCII"));
        int records = in.position() + digits + 4;
        silence.put(partition, Integer.valueOf(0));
        ticksOfAll = 0;
        wake();
        if (latest != NEVER) {
            advance(partition, latest);
        }
        byte[] sent = new byte[HEADER + LATEST + frame.length - records];
        java.nio.ByteBuffer.wrap(sent, HEADER, LATEST).put((byte) clockTag).putInt(NO_KEY).putInt(8).putLong(latest);
        System.arraycopy(frame, records, sent, HEADER + LATEST, frame.length - records);
        send(sent);
    }

    private void advance(Integer partition, long latest) {
        Long clock = (Long) clocks.get(partition);
        if (clock == null || clock.longValue() < latest) {
            clocks.put(partition, Long.valueOf(latest));
        }
    }

    private void wake() {
        if (idle) {
            idle = false;
            output.emitWatermarkStatus(org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus.ACTIVE);
        }
    }

    private void send(byte[] frame) {
        watermark = Math.max(watermark, reached());
        java.nio.ByteBuffer.wrap(frame).putLong(watermark);
        output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(frame));
    }

    // The watermark by the clocks as they stand. A partition with bad input alone has no clock, and holds back like one that is silent.
    private long reached() {
        if (!begun) {
            return NEVER;
        }
        long slowest = Long.MAX_VALUE;
        for (java.util.Iterator i = silence.entrySet().iterator(); i.hasNext(); ) {
            java.util.Map.Entry entry = (java.util.Map.Entry) i.next();
            Long clock = (Long) clocks.get(entry.getKey());
            if (clock != null && ((Integer) entry.getValue()).intValue() < MOST_TICKS) {
                slowest = Math.min(slowest, clock.longValue());
            }
        }
        return slowest == Long.MAX_VALUE ? NEVER : slowest - maxDisorder - 1;
    }

    // A task that is held up runs its ticks late, one for all that it missed: time in which nothing could come is no silence.
    public void onProcessingTime(long time) throws Exception {
        boolean changed = false;
        for (java.util.Iterator i = silence.entrySet().iterator(); i.hasNext(); ) {
            java.util.Map.Entry entry = (java.util.Map.Entry) i.next();
            int ticks = ((Integer) entry.getValue()).intValue() + 1;
            changed = changed || ticks == MOST_TICKS;
            entry.setValue(Integer.valueOf(Math.min(ticks, MOST_TICKS)));
        }
        ticksOfAll++;
        if (ticksOfAll >= MOST_TICKS) {
            fallSilent();
        } else if (changed) {
            send(new byte[HEADER]);
        }
        nextTick();
    }

    private void fallSilent() {
        if (idle) {
            return;
        }
        java.util.Collection mine = silence.isEmpty() ? clocks.keySet() : silence.keySet(); // since a restart nothing: those from before
        for (java.util.Iterator i = mine.iterator(); i.hasNext(); ) {
            Long clock = (Long) clocks.get(i.next());
            if (clock != null) {
                watermark = Math.max(watermark, clock.longValue());
            }
        }
        send(new byte[HEADER]);
        idle = true;
        output.emitWatermarkStatus(org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus.IDLE);
    }

    public void processWatermark(org.apache.flink.streaming.api.watermark.Watermark mark) throws Exception {
        if (mark.getTimestamp() == Long.MAX_VALUE) {
            wake();
            watermark = Long.MAX_VALUE;
        }
        begun = true;
        send(new byte[HEADER]);
    }

    public void processWatermarkStatus(org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus status) throws Exception {
        // the source's: silence is counted here, where frames that wait in front of Python are no silence
    }
}
