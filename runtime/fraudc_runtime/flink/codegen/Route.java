// Tagged frames in; the records of one tag out, those of each other tag to its side output, as binary rows (key, payload). With names for
// keys (the index in the key's digits selects one) the main output is rows (name, the largest event time that the payload can hold and the
// payload), the frame's watermark becomes Flink's, and no other watermark passes. That time is what the record of a tag that has no side
// output says, Long.MIN_VALUE where there is none.
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
        long ahead = Long.MIN_VALUE;
        while (in.hasRemaining()) {
            int tag = in.get();
            byte[] key = bytes(in, in.getInt());
            if (tag >= sides.length) {
                in.getInt();
                ahead = in.getLong();
                continue;
            }
            if (tag == mainTag && names != null) {
                String name = names[Integer.parseInt(new String(key, "US-ASCII"))];
                output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(named(name, ahead, in)));
                continue;
            }
            byte[] payload = bytes(in, in.getInt());
            if (tag != mainTag) {
                output.collect(sides[tag], new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(record(key, payload)));
            } else {
                output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(record(key, payload)));
            }
        }
        if (names != null && mark > watermark) {
            watermark = mark;
            output.emitWatermark(new org.apache.flink.streaming.api.watermark.Watermark(mark));
        }
    }

    private static byte[] bytes(java.nio.ByteBuffer in, int length) {
        if (length == NO_KEY) {
            return null;
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static org.apache.flink.table.data.GenericRowData record(byte[] key, byte[] payload) {
        org.apache.flink.table.data.GenericRowData row = new org.apache.flink.table.data.GenericRowData(2);
        row.setField(0, key);
        row.setField(1, payload);
        return row;
    }

    private static org.apache.flink.types.Row named(String name, long ahead, java.nio.ByteBuffer in) {
        int length = in.getInt();
        byte[] payload = new byte[8 + length];
        java.nio.ByteBuffer.wrap(payload).putLong(ahead);
        in.get(payload, 8, length);
        org.apache.flink.types.Row row = new org.apache.flink.types.Row(2);
        row.setField(0, name);
        row.setField(1, payload);
        return row;
    }

    public void processWatermark(org.apache.flink.streaming.api.watermark.Watermark mark) throws Exception {
        if (names == null) {
            super.processWatermark(mark);
        }
    }
}
