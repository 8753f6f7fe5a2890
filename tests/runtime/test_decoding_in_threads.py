"""Tasks of one process decode their plan and rule sets at the same time, each for the first time."""

import subprocess
import sys
from pathlib import Path

import pytest

from fraudc_runtime import plan
from fraudc_runtime.rulesets import ruleset
from fraudc_runtime.rulesets.succession import first
from ruleset_samples import A
from ruleset_samples import plan as sample

EIGHT_AT_ONCE = """
import sys, threading
from pathlib import Path
from {module} import decode
sys.setswitchinterval(1e-6)
data, together, done = Path(sys.argv[1]).read_bytes(), threading.Barrier(8), []
def task():
    together.wait()
    done.append(decode(data))
threads = [threading.Thread(target=task) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(done) == 8
"""
MESSAGES = {"fraudc_runtime.plan": plan.encode(sample(A)), "fraudc_runtime.rulesets.ruleset": ruleset.encode(first(sample(A)))}


@pytest.mark.parametrize("module", MESSAGES)
def test_threads_that_decode_at_once_and_for_the_first_time_do_not_crash(module: str, tmp_path: Path) -> None:
    (tmp_path / "message").write_bytes(MESSAGES[module])
    script = EIGHT_AT_ONCE.format(module=module)
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path / "message")], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
