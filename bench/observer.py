"""Transactions sent at a steady rate, alerts read as they come; printed as JSON: each as (seen, due, whether it is of an entity, revision).

    python bench/observer.py SERVERS TRANSACTIONS ALERTS RATE SECONDS

A process of its own, outside the job. `due`, the transaction's event time too, is when it was to be sent by the rate, not when it was: time
for which this process or the broker is held up counts as latency (omission is not coordinated with it). Alerts are read uncommitted.
"""

import json
import sys
import threading
import time
from typing import Any

import workload
from confluent_kafka import Consumer, Producer, TopicPartition

KEYS = 5_000
LATER = 15.0  # seconds that alerts may come after the last transaction
_AT_ONCE: dict[str, Any] = {"isolation.level": "read_uncommitted", "fetch.wait.max.ms": 10}


def send(servers: str, topic: str, rate: int, seconds: int) -> None:
    """Returns when all have been taken."""
    producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "linger.ms": 0})
    begun = time.time()
    for number, row in enumerate(workload.transactions(rate * seconds, KEYS)):
        due = begun + number / rate
        while (left := due - time.time()) > 0:
            producer.poll(left)
        producer.produce(topic, json.dumps({**row, "event_time": int(due * 1000), "transaction_id": f"{due:.6f}"}))
    producer.flush(LATER)


def main() -> None:
    servers, transactions, alerts, rate, seconds = sys.argv[1:]
    consumer = Consumer({"bootstrap.servers": servers, "group.id": "bench", "enable.auto.commit": False, **_AT_ONCE})
    consumer.assign([TopicPartition(alerts, 0, 0)])
    sending = threading.Thread(target=send, args=(servers, transactions, int(rate), int(seconds)))
    sending.start()
    seen, end = [], time.time() + int(seconds) + LATER
    while time.time() < end:
        message = consumer.poll(0.05)
        if message is None or message.error():
            continue
        now, alert = time.time(), json.loads(message.value() or b"")
        seen.append((now, float(alert["transaction_id"]), alert["entity"] is not None, alert["revision"]))
    sending.join()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
