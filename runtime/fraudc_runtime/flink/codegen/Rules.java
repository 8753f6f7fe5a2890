// Rows (payload, partition, offset, record timestamp) of the rules topic in, messages out: offset, record timestamp, payload (big endian).
// First of all, at every start, a message of offset -1 without a payload: it lets each task speak before a transaction comes.
// The output is idle from the beginning and stays so: rules have no event time, and neither hold it back nor, while nothing else comes,
// let it run ahead.
public final class Rules extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator {
    private static final int HEADER = 16;
    private static final byte[] NOTHING = new byte[0];

    public Rules(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void open() throws Exception {
        super.open();
        output.emitWatermarkStatus(org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus.IDLE);
        send(-1L, -1L, NOTHING);
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        org.apache.flink.table.data.RowData row = (org.apache.flink.table.data.RowData) element.getValue();
        send(row.getLong(2), row.getTimestamp(3, 3).getMillisecond(), row.isNullAt(0) ? NOTHING : row.getBinary(0));
    }

    private void send(long offset, long received, byte[] payload) {
        byte[] message = new byte[HEADER + payload.length];
        java.nio.ByteBuffer.wrap(message).putLong(offset).putLong(received).put(payload);
        output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(message));
    }

    public void processWatermark(org.apache.flink.streaming.api.watermark.Watermark mark) throws Exception {
        // of the source: none of this job's event time
    }

    public void processWatermarkStatus(org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus status) throws Exception {
        // idle, whatever the source is
    }
}
