// Binary rows (key, payload) in, payloads as lines of a file out, each at once where the second reference says so; terminal.
public final class Lines extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator {
    private final String path;
    private final boolean atOnce;
    private transient java.io.OutputStream file;

    public Lines(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.path = (String) references[0];
        this.atOnce = references.length > 1 && references[1].equals("at once");
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void open() throws Exception {
        super.open();
        try {
            file = new java.io.BufferedOutputStream(new java.io.FileOutputStream(path), 1 << 16);
        } catch (java.io.IOException failure) {
            throw unwritable(failure);
        }
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        byte[] payload = ((org.apache.flink.table.data.RowData) element.getValue()).getBinary(1);
        try {
            file.write(payload, 0, payload.length);
            file.write('\n');
            if (atOnce) {
                file.flush();
            }
        } catch (java.io.IOException failure) {
            throw unwritable(failure);
        }
    }

    public void finish() throws Exception {
        try {
            file.close();
            file = null;
        } catch (java.io.IOException failure) {
            throw unwritable(failure);
        }
        super.finish();
    }

    // After a failure: what came this far is kept in the partial file; the first fault has been told already.
    public void close() throws Exception {
        if (file != null) {
            try {
                file.close();
            } catch (java.io.IOException failure) {
                LOG.warn("{} lost its last lines", path);
            }
        }
        super.close();
    }

    private java.io.IOException unwritable(java.io.IOException failure) {
        return new java.io.IOException("fraudc:output:" + path + ":: " + failure.getMessage());
    }
}
