// Records in, the same out, to the sink that is chained behind this operator. A transaction of that sink that cannot be committed, since the
// broker had aborted it, is dropped by Flink with a line in its log and a count. So is, behind a restore, one that had been committed before:
// its id has gone on. Which of both it was the broker knows. It is asked whenever the count has grown: when the task starts, at each barrier
// (the report is stored by the same checkpoint that forgets the transaction) and at the end. Ids of lost transactions go to a side output
// (key null, the payload JSON), a metric, the log and an accumulator, which is this task's and attempt's own.
public final class Commits extends org.apache.flink.table.runtime.operators.TableStreamOperator
        implements org.apache.flink.streaming.api.operators.OneInputStreamOperator {
    private static final String FAILED = "failedCommittables";
    private static final String LOST = "lostTransactions";

    private final String sink;
    private final String prefix;
    private final java.util.Properties cluster;
    private final org.apache.flink.util.OutputTag status;
    private transient org.apache.flink.metrics.Counter[] failed;
    private transient org.apache.flink.metrics.Counter lost;
    private transient org.apache.flink.api.common.accumulators.ListAccumulator told;
    private transient String task;
    private transient long seen;
    private transient long complete; // the number of the newest checkpoint whose transactions were to be committed
    private transient java.util.List unsaid;

    public Commits(
            Object[] references,
            org.apache.flink.streaming.runtime.tasks.StreamTask task,
            org.apache.flink.streaming.api.graph.StreamConfig config,
            org.apache.flink.streaming.api.operators.Output output,
            org.apache.flink.streaming.runtime.tasks.ProcessingTimeService time) throws Exception {
        this.sink = (String) references[0];
        this.prefix = (String) references[1] + "-";
        this.cluster = (java.util.Properties) references[2];
        this.status = (org.apache.flink.util.OutputTag) references[3];
        setup(task, config, output);
        setProcessingTimeService(time);
    }

    public void initializeState(org.apache.flink.runtime.state.StateInitializationContext context) throws Exception {
        super.initializeState(context);
        complete = context.getRestoredCheckpointId().orElse(0L);
    }

    public void open() throws Exception {
        super.open();
        org.apache.flink.api.common.TaskInfo info = getRuntimeContext().getTaskInfo();
        task = (info.getIndexOfThisSubtask() + 1) + "/" + info.getNumberOfParallelSubtasks();
        failed = committers();
        lost = getMetricGroup().counter(LOST);
        told = new org.apache.flink.api.common.accumulators.ListAccumulator();
        getRuntimeContext().addAccumulator(LOST + ":" + sink + ":" + task + ":" + info.getAttemptNumber(), told);
        unsaid = new java.util.ArrayList();
        look();
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

    public void notifyCheckpointComplete(long checkpoint) throws Exception {
        super.notifyCheckpointComplete(checkpoint);
        complete = Math.max(complete, checkpoint);
    }

    public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
        look();
        for (int i = 0; i < unsaid.size(); i++) {
            org.apache.flink.table.data.GenericRowData row = new org.apache.flink.table.data.GenericRowData(2);
            row.setField(1, report((String) unsaid.get(i)).getBytes("UTF-8"));
            output.collect(status, new org.apache.flink.streaming.runtime.streamrecord.StreamRecord(row));
        }
        unsaid.clear();
        super.prepareSnapshotPreBarrier(checkpoint);
    }

    public void close() throws Exception {
        if (unsaid != null) {
            look();
        }
        super.close();
    }

    private void look() throws Exception {
        long sum = 0L;
        for (int i = 0; i < failed.length; i++) {
            sum += failed[i].getCount();
        }
        if (sum == seen) {
            return;
        }
        seen = sum;
        java.util.List found = aborted();
        for (int i = 0; i < found.size(); i++) {
            if (!((java.util.List) told.getLocalValue()).contains(found.get(i))) {
                told.add(found.get(i));
                unsaid.add(found.get(i));
                lost.inc();
                org.slf4j.LoggerFactory.getLogger("fraudc").error(report((String) found.get(i)));
            }
        }
    }

    // Ids end with a task's number and that of a checkpoint. Each task's are looked at from the newest down to one that was committed:
    // those before it were to be committed earlier, and were looked at then.
    private java.util.List aborted() throws Exception {
        java.util.Map tasks = new java.util.TreeMap();
        org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.AdminClient admin =
                org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.AdminClient.create(cluster);
        try {
            java.util.Collection all = (java.util.Collection) admin.listTransactions().all().get();
            for (java.util.Iterator each = all.iterator(); each.hasNext(); ) {
                org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.TransactionListing one =
                        (org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.TransactionListing) each.next();
                String id = one.transactionalId();
                String[] numbers = id.startsWith(prefix) ? id.substring(prefix.length()).split("-") : new String[0];
                if (numbers.length == 2 && numbers[0].matches("[0-9]+") && numbers[1].matches("[0-9]{1,18}")) {
                    long checkpoint = Long.parseLong(numbers[1]);
                    if (checkpoint <= complete) {
                        java.util.TreeMap states = (java.util.TreeMap) tasks.get(numbers[0]);
                        if (states == null) {
                            states = new java.util.TreeMap(java.util.Collections.reverseOrder());
                            tasks.put(numbers[0], states);
                        }
                        states.put(Long.valueOf(checkpoint), one.state().toString());
                    }
                }
            }
        } finally {
            admin.close();
        }
        java.util.List found = new java.util.ArrayList();
        for (java.util.Iterator each = tasks.entrySet().iterator(); each.hasNext(); ) {
            java.util.Map.Entry of = (java.util.Map.Entry) each.next();
            for (java.util.Iterator i = ((java.util.Map) of.getValue()).entrySet().iterator(); i.hasNext(); ) {
                java.util.Map.Entry state = (java.util.Map.Entry) i.next();
                if (((String) state.getValue()).endsWith("Commit")) {
                    break;
                }
                if (((String) state.getValue()).matches("(Complete|Prepare)Abort|PrepareEpochFence")) {
                    found.add(prefix + of.getKey() + "-" + state.getKey());
                }
            }
        }
        return found;
    }

    private String report(String transaction) {
        return "{\"task\":\"" + task + "\",\"operator\":\"" + sink + "\",\"state\":\"lost\",\"transaction\":\"" + transaction
                + "\",\"reason\":\"the broker aborted it before it was committed: committed consumers will never see its alerts\"}";
    }
}
