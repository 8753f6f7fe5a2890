// Tagged frames in; the records of one tag out as rows (key, payload), those of each other tag to its side output. With names for
// keys (the index in the key's digits selects one) the frame's watermark becomes Flink's, and no other watermark passes.
public final class Route extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator {
    private static final int NO_KEY = -1;

    private final int mainTag;
    private final String[] names;
    private final org.apache.flink.util.OutputTag[] sides;
    private transient long watermark;

    public Route(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.mainTag = Integer.parseInt((String) references[0]);
        String joined = (String) references[1];
        this.names = joined.length() == 0 ? null : joined.split(",");
        this.sides = new org.apache.flink.util.OutputTag[references.length - 2];
        for (int i = 2; i < references.length; i++) {
            this.sides[i - 2] = (org.apache.flink.util.OutputTag) references[i];
        }
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void open() throws Exception {
        super.open();
        watermark = Long.MIN_VALUE;
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        byte[] frame = (byte[]) element.getValue();
        java.nio.ByteBuffer in = java.nio.ByteBuffer.wrap(frame);
        long mark = in.getLong();
        while (in.hasRemaining()) {
            int tag = in.get();
            String key = text(in, frame);
            byte[] payload = new byte[in.getInt()];
            in.get(payload);
            if (tag == mainTag) {
                String name = names == null ? key : names[Integer.parseInt(key)];
                output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(row(name, payload)));
            } else {
                output.collect(sides[tag], new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(row(key, payload)));
            }
        }
        if (names != null && mark > watermark) {
            watermark = mark;
            output.emitWatermark(new org.apache.flink.streaming.api.watermark.Watermark(mark));
        }
    }

    private static String text(java.nio.ByteBuffer in, byte[] frame) throws Exception {
        int length = in.getInt();
        if (length == NO_KEY) {
            return null;
        }
        String key = new String(frame, in.position(), length, "UTF-8");
        in.position(in.position() + length);
        return key;
    }

    private static org.apache.flink.types.Row row(String key, byte[] payload) {
        org.apache.flink.types.Row row = new org.apache.flink.types.Row(2);
        row.setField(0, key);
        row.setField(1, payload);
        return row;
    }

    public void processWatermark(org.apache.flink.streaming.api.watermark.Watermark mark) throws Exception {
        if (names == null) {
            super.processWatermark(mark);
        }
    }
}
