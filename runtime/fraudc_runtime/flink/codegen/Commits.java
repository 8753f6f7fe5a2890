// Records in, the same out, to the sink that is chained behind this operator. A transaction of that sink that cannot be committed any more,
// since the broker aborted it meanwhile, is dropped by Flink with a line in its log. Flink counts it, and this operator reads the count: at
// each barrier, so that the report is stored by the same checkpoint that forgets the transaction, and once more at the end. What it finds
// goes to a side output (key null, the payload JSON), a metric, the log and an accumulator, which is this task's and attempt's own.
public final class Commits extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator {
    private static final String FAILED = "failedCommittables";
    private static final String LOST = "lostTransactions";

    private final String sink;
    private final org.apache.flink.util.OutputTag status;
    private transient org.apache.flink.metrics.Counter[] failed;
    private transient org.apache.flink.metrics.Counter lost;
    private transient org.apache.flink.api.common.accumulators.LongCounter told;
    private transient String task;

    public Commits(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.sink = (String) references[0];
        this.status = (org.apache.flink.util.OutputTag) references[1];
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void open() throws Exception {
        super.open();
        org.apache.flink.api.common.TaskInfo info = getRuntimeContext().getTaskInfo();
        task = (info.getIndexOfThisSubtask() + 1) + "/" + info.getNumberOfParallelSubtasks();
        failed = committers();
        lost = getMetricGroup().counter(LOST);
        told = new org.apache.flink.api.common.accumulators.LongCounter();
        getRuntimeContext().addAccumulator(LOST + ":" + sink + ":" + task + ":" + info.getAttemptNumber(), told);
    }

    // The operators of this task are open, the last first: the sink has registered its metrics, and committed what it was restored with.
    private org.apache.flink.metrics.Counter[] committers() throws Exception {
        org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup mine =
                (org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup) getMetricGroup();
        java.util.ArrayList found = new java.util.ArrayList();
        java.util.Map operators = (java.util.Map) read(
                org.apache.flink.runtime.metrics.groups.TaskMetricGroup.class, "operators", mine.getTaskMetricGroup());
        for (java.util.Iterator each = operators.values().iterator(); each.hasNext(); ) {
            java.util.Map metrics = (java.util.Map) read(
                    org.apache.flink.runtime.metrics.groups.AbstractMetricGroup.class, "metrics", each.next());
            if (metrics.containsKey(FAILED)) {
                found.add(metrics.get(FAILED));
            }
        }
        if (found.isEmpty()) {
            throw new IllegalStateException("the sink " + sink + " does not run in the task that watches over its transactions");
        }
        return (org.apache.flink.metrics.Counter[]) found.toArray(new org.apache.flink.metrics.Counter[0]);
    }

    private static Object read(Class kind, String name, Object of) throws Exception {
        java.lang.reflect.Field field = kind.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    public void processElement(org.apache.flink.streaming.runtime.streamrecord.StreamRecord element) throws Exception {
        output.collect(element);
    }

    public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
        long found = look();
        if (found > 0) {
            org.apache.flink.table.data.GenericRowData row = new org.apache.flink.table.data.GenericRowData(2);
            row.setField(1, report(found).getBytes("UTF-8"));
            output.collect(status, new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(row));
        }
        super.prepareSnapshotPreBarrier(checkpoint);
    }

    public void close() throws Exception {
        if (failed != null) {
            look();
        }
        super.close();
    }

    private long look() {
        long sum = 0L;
        for (int i = 0; i < failed.length; i++) {
            sum += failed[i].getCount();
        }
        long found = sum - told.getLocalValuePrimitive();
        if (found > 0) {
            told.add(found);
            lost.inc(found);
            org.slf4j.LoggerFactory.getLogger("fraudc").error(report(found));
        }
        return found;
    }

    private String report(long transactions) {
        return "{\"task\":\"" + task + "\",\"operator\":\"" + sink + "\",\"state\":\"lost\",\"transactions\":" + transactions
                + ",\"reason\":\"the broker had aborted them before they were committed: committed consumers will never see their alerts\"}";
    }
}
