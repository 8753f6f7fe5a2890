"""The rules' own tests: test files in, verdicts an author understands out."""

from fraudc.author.testing.cases import Case, Expected, TestFile, Transaction
from fraudc.author.testing.files import read_tests
from fraudc.author.testing.running import Bench
from fraudc.author.testing.verdicts import Verdict, run_tests

__all__ = ["Bench", "Case", "Expected", "TestFile", "Transaction", "Verdict", "read_tests", "run_tests"]
