// Descriptions of files in ("<source>:<path>", in the order in which they are read), source frames of their lines out; last an
// end-of-input frame. Lines end with \n alone; of a line longer than MAX_LINE bytes only so many are kept.
public final class Files extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator,
                org.apache.flink.streaming.api.operators.BoundedOneInput {
    private static final int MAX_LINE = 1 << 24;
    private static final int HEADER = 14;
    private static final int END_OF_INPUT = 0xFFFF;

    private final int frameLines;
    private final int frameBytes;
    private final String progressPath;
    private transient java.io.RandomAccessFile progress;
    private transient long readBefore;
    private transient int source;
    private transient long offset;
    private transient int[] lengths;

    public Files(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.frameLines = Integer.parseInt((String) references[0]);
        this.frameBytes = Integer.parseInt((String) references[1]);
        this.progressPath = (String) references[2];
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void open() throws Exception {
        super.open();
        lengths = new int[frameLines];
        progress = new java.io.RandomAccessFile(progressPath, "rw");
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        String description = (String) element.getValue();
        int colon = description.indexOf(':');
        source = Integer.parseInt(description.substring(0, colon));
        String path = description.substring(colon + 1);
        offset = 0;
        Raw raw = null;
        try {
            raw = new Raw(new java.io.FileInputStream(path), path);
            read(raw);
        } catch (java.io.FileNotFoundException failure) {
            throw new java.io.IOException("fraudc:input:" + path + ":: " + failure.getMessage());
        } finally {
            if (raw != null) {
                readBefore += raw.count;
                raw.close();
            }
        }
    }

    private void read(Raw raw) throws Exception {
        java.io.InputStream in = raw.opened();
        byte[] buffer = new byte[frameBytes];
        int filled = 0;
        boolean skipping = false;
        int n = raw.fill(in, buffer, 0);
        while (n > 0) {
            filled += n;
            if (skipping) {
                int used = skipped(buffer, filled);
                skipping = buffer[used - 1] != '\n';
                filled = left(buffer, filled, used);
            }
            filled = left(buffer, filled, lines(buffer, filled));
            if (filled == MAX_LINE) {
                emitLine(buffer, filled);
                filled = 0;
                skipping = true;
            } else if (filled == buffer.length) {
                buffer = java.util.Arrays.copyOf(buffer, Math.min(MAX_LINE, buffer.length * 2));
            }
            report(raw);
            n = raw.fill(in, buffer, filled);
        }
        if (filled > 0) {
            emitLine(buffer, filled);
        }
        report(raw);
    }

    // What is behind the used bytes moves to the front; returns how many bytes that are.
    private static int left(byte[] buffer, int filled, int used) {
        System.arraycopy(buffer, used, buffer, 0, filled - used);
        return filled - used;
    }

    // Bytes up to and with the first \n, all of them if there is none.
    private static int skipped(byte[] buffer, int filled) {
        for (int at = 0; at < filled; at++) {
            if (buffer[at] == '\n') {
                return at + 1;
            }
        }
        return filled;
    }

    // Emits the complete lines; returns how many bytes they took. A Latin-1 string's indexOf is a vector instruction, a loop is not.
    private int lines(byte[] buffer, int filled) {
        String text = new String(buffer, 0, 0, filled);
        int start = 0;
        int line = 0;
        int n = 0;
        int end = text.indexOf('\n', 0);
        while (end >= 0) {
            lengths[n++] = end - line;
            line = end + 1;
            if (n == frameLines) {
                emit(buffer, start, end - start, n);
                start = line;
                n = 0;
            }
            end = text.indexOf('\n', line);
        }
        if (n > 0) {
            emit(buffer, start, line - 1 - start, n);
        }
        return line;
    }

    private void emitLine(byte[] buffer, int length) {
        lengths[0] = length;
        emit(buffer, 0, length, 1);
    }

    private void emit(byte[] buffer, int start, int size, int n) {
        byte[] frame = new byte[HEADER + 4 * n + size];
        java.nio.ByteBuffer header = java.nio.ByteBuffer.wrap(frame);
        header.putShort((short) source).putLong(offset).putInt(n);
        header.asIntBuffer().put(lengths, 0, n);
        System.arraycopy(buffer, start, frame, HEADER + 4 * n, size);
        offset += n;
        output.collect(new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(frame));
    }

    public void endInput() throws Exception {
        source = END_OF_INPUT;
        offset = 0;
        emit(new byte[0], 0, 0, 0);
    }

    private void report(Raw raw) throws Exception {
        progress.seek(0);
        progress.write(java.nio.ByteBuffer.allocate(8).putLong(readBefore + raw.count).array());
    }

    public void close() throws Exception {
        if (progress != null) {
            progress.close();
        }
        super.close();
    }

    // The file's bytes as they stand on disk, counted; its faults name it.
    public static final class Raw extends java.io.FilterInputStream {
        private final String path;
        public long count;

        public Raw(java.io.InputStream in, String path) {
            super(new java.io.BufferedInputStream(in, 1 << 16));
            this.path = path;
        }

        public int read() throws java.io.IOException {
            int value = in.read();
            if (value >= 0) {
                count++;
            }
            return value;
        }

        public int read(byte[] into, int at, int length) throws java.io.IOException {
            int n = in.read(into, at, length);
            if (n > 0) {
                count += n;
            }
            return n;
        }

        public java.io.InputStream opened() throws java.io.IOException {
            try {
                in.mark(2);
                boolean gzip = in.read() == 0x1f && in.read() == 0x8b;
                in.reset();
                if (!gzip) {
                    return this;
                }
                return new java.util.zip.GZIPInputStream(this, 1 << 16);
            } catch (java.io.IOException failure) {
                throw unreadable(failure);
            }
        }

        // As many bytes as fit or are left; 0 at the end.
        public int fill(java.io.InputStream from, byte[] buffer, int at) throws java.io.IOException {
            try {
                return from.readNBytes(buffer, at, buffer.length - at);
            } catch (java.io.IOException failure) {
                throw unreadable(failure);
            }
        }

        private java.io.IOException unreadable(java.io.IOException failure) {
            return new java.io.IOException("fraudc:input:" + path + ":: " + failure.getMessage());
        }
    }
}
