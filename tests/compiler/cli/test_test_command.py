"""`fraudc test` as a user types it: exit code, standard output, standard error, files."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rule_tests import written

FRAUDC = Path(sys.executable).with_name("fraudc")
RULES = """\
  - id: probes
    by: card
    let: {small: count(where amount < 2 USD) over 10m}
    when: small >= 3 and amount > 200 USD
"""
GOOD = """\
tests:
  - name: three probes and a large purchase
    defaults: {card_id: K1}
    transactions:
      - {at: 0s, amount: 1, times: 3, every: 30s}
      - {at: 5m, id: big, amount: 210}
    alerts:
      - {rule: probes, transaction: big, values: {small: 3}}
"""
BAD = GOOD.replace("small: 3", "small: 4").replace("    alerts:\n", "    alerts:\n      - {rule: probes, transaction: t0002}\n")
FAILED = """\
FAILED rules/a.test.yaml:2: three probes and a large purchase
  expected an alert of probes for t0002 (at 30s), got none:
      `when`: `small >= 3` is false: small is 2
      `when`: `amount > 200 USD` is false: amount is 1.00 USD
      small = 2
  the alert of probes for big (at 5m) has other values:
      small: expected 4, got 3
      small = 3

1 test, 1 failed
"""


def fraudc(*arguments: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([FRAUDC, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False, env=dict(os.environ))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return written(tmp_path, RULES, GOOD)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return written(tmp_path, RULES, BAD)


def test_tests_that_pass_exit_0(good: Path) -> None:
    done = fraudc("test", cwd=good)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 test, passed\n", "")
    assert fraudc("test", "--quiet", cwd=good).stdout == ""


def test_a_failure_exits_1_and_says_why(bad: Path) -> None:
    done = fraudc("test", cwd=bad)
    assert (done.returncode, done.stdout, done.stderr) == (1, FAILED, "")


def test_the_results_are_to_be_had_as_json(bad: Path) -> None:
    done = fraudc("test", "--format", "json", cwd=bad)
    found = json.loads(done.stdout)
    (test,) = found["tests"]
    assert (done.returncode, found["passed"], found["failed"]) == (1, 0, 1)
    assert (test["file"], test["line"], test["passed"]) == ("rules/a.test.yaml", 2, False)
    assert [each["kind"] for each in test["differences"]] == ["missing", "different"]
    assert test["differences"][1]["values"] == [{"name": "small", "expected": "4", "got": 3}]
    assert [alert["alert_id"] for alert in test["got"]] == ["probes:big"]


def test_junit_reads_the_results(bad: Path) -> None:
    done = fraudc("test", "--junit", "out.xml", cwd=bad)
    root = ElementTree.parse(bad / "out.xml").getroot()
    (case,) = root.iter("testcase")
    failure = case.find("failure")
    assert (done.returncode, root.get("failures"), case.get("name")) == (1, "1", "three probes and a large purchase")
    assert failure is not None
    assert "small is 2" in (failure.text or "")


def test_files_name_the_tests_to_run(good: Path) -> None:
    (good / "rules" / "b.test.yaml").write_text(BAD)
    assert fraudc("test", "rules/a.test.yaml", cwd=good).returncode == 0
    assert fraudc("test", "rules/a.yaml", cwd=good).returncode == 0
    assert fraudc("test", "rules/b.test.yaml", cwd=good).returncode == 1
    assert fraudc("test", cwd=good).returncode == 1


def test_a_file_that_is_no_test_is_wrong_usage(good: Path) -> None:
    done = fraudc("test", "fraudc.yaml", cwd=good)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "fraudc: fraudc.yaml is neither a test file (`NAME.test.yaml`) nor a rule file of this project\n"
    assert (
        fraudc("test", "rules/none.test.yaml", cwd=good).stderr
        == "fraudc: rules/none.test.yaml cannot be read: no such file or directory\n"
    )


def test_mistakes_in_a_test_file_are_shown_by_test_and_by_check(good: Path) -> None:
    (good / "rules" / "a.test.yaml").write_text(GOOD.replace("amount: 210", "amout: 210"))
    done = fraudc("test", cwd=good)
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[E152]: there is no field `amout` here\n  --> rules/a.test.yaml:6:27" in done.stderr
    assert "E152" in fraudc("check", cwd=good).stdout


def test_coverage_and_mutations_follow_the_results(good: Path) -> None:
    done = fraudc("test", "--coverage", "--mutate", "--lcov", "coverage.info", cwd=good)
    assert done.returncode == 0
    assert done.stdout.startswith("1 test, passed\n\nprobes (rules/a.yaml:3): 8 of 14, by 1 test\n")
    assert "     6  amount > 200 USD: no test is exactly at it\n" in done.stdout
    assert "     6  when: small >= 3 and amount > 200 USD  ->  amount > 200 USD\n" in done.stdout
    assert (good / "coverage.info").read_text().splitlines()[:2] == ["TN:fraudc", "SF:rules/a.yaml"]


def test_coverage_and_mutations_are_to_be_had_as_json(good: Path) -> None:
    found = json.loads(fraudc("test", "--coverage", "--mutate", "--format", "json", cwd=good).stdout)
    assert (found["coverage"]["hit"], found["coverage"]["of"]) == (8, 14)
    assert found["mutations"]["rules"][0]["rule"] == "probes"
    assert 0 < found["mutations"]["unnoticed"] < found["mutations"]["tried"]


def test_rules_are_not_changed_on_purpose_while_tests_fail(bad: Path) -> None:
    done = fraudc("test", "--mutate", cwd=bad)
    assert (done.returncode, done.stdout) == (1, FAILED)
    assert done.stderr == "fraudc: rules are changed on purpose only when all tests pass\n"


def test_update_writes_what_comes_out_and_the_tests_pass(bad: Path) -> None:
    done = fraudc("test", "--update", cwd=bad)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("updated rules/a.test.yaml: three probes and a large purchase; review what is expected now\n1 test, passed\n")
    assert (bad / "rules" / "a.test.yaml").read_text() == GOOD
    assert fraudc("test", "--update", cwd=bad).stdout == "1 test, passed\n"


def test_json_test_files_are_run_and_not_updated(good: Path) -> None:
    (good / "rules" / "a.test.yaml").unlink()
    test = {"name": "a", "defaults": {"card_id": "K1"}, "transactions": [{"amount": 210}], "alerts": []}
    (good / "rules" / "a.test.json").write_text(json.dumps({"tests": [test]}))
    assert fraudc("test", cwd=good).returncode == 0
    broken = json.dumps({"tests": [test | {"alerts": [{"rule": "probes", "transaction": "t0001"}]}]})
    (good / "rules" / "a.test.json").write_text(broken)
    done = fraudc("test", "--update", cwd=good)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "fraudc: rules/a.test.json is JSON, and only YAML is written: change its `alerts` by hand\n"
    assert (good / "rules" / "a.test.json").read_text() == broken
