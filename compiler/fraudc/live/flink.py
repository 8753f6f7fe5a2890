"""A Flink cluster's address in, what its REST interface says of it and its jobs out."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from fraudc.live.failure import ServerFailure

_SECONDS = 10.0
_OVER = ("FINISHED", "CANCELED", "FAILED")
_ON_DEMAND = ("kubernetes.cluster-id", "yarn.application.id")  # settings of clusters that start task managers as jobs need them


@dataclass(frozen=True, slots=True)
class Job:
    """A job that the cluster knows; `state` is Flink's word."""

    id: str
    name: str
    state: str

    @property
    def over(self) -> bool:
        return self.state in _OVER


@dataclass(frozen=True, slots=True)
class Slots:
    """How many there are, and how many of them no job has."""

    total: int
    free: int


@dataclass(frozen=True, slots=True)
class FlinkCluster:
    """`url` is that of its REST interface. ServerFailure from every method where it cannot be reached or refuses."""

    url: str

    def jobs(self) -> list[Job]:
        """Those of now and of a while ago."""
        return [Job(job["jid"], job["name"], job["state"]) for job in self.get("/jobs/overview")["jobs"]]

    def running(self, name: str) -> Job | None:
        """The job of that name that is not over."""
        return next((job for job in self.jobs() if job.name == name and not job.over), None)

    def slots(self) -> Slots | None:
        """None of a cluster that has as many as jobs need."""
        if any(setting["key"] in _ON_DEMAND for setting in self.get("/jobmanager/config")):
            return None
        found = self.get("/overview")
        return Slots(found["slots-total"], found["slots-available"])

    def begun(self, id: str, seconds: float = 30.0) -> None:
        """Waits until the job has begun; ServerFailure with its reason where it has failed instead."""
        end = time.monotonic() + seconds
        while (state := self.get(f"/jobs/{id}/status")["status"]) == "INITIALIZING" and time.monotonic() < end:
            time.sleep(0.1)
        if state == "FAILED":
            raise ServerFailure(f"Flink at {self.url} took the job and could not start it: {self._reason(id)}")

    def _reason(self, id: str) -> str:
        entries = self.get(f"/jobs/{id}/exceptions?maxExceptions=1")["exceptionHistory"]["entries"]
        return _deepest(entries[0]["stacktrace"]) if entries else "it does not say why"

    def get(self, path: str) -> Any:
        """The answer to a GET, JSON."""
        return self._asked(Request(f"{self.url}{path}"))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to a POST of JSON, JSON."""
        return self._asked(Request(f"{self.url}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}))

    def _asked(self, request: Request) -> Any:
        try:
            with urlopen(request, timeout=_SECONDS) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise ServerFailure(f"Flink at {self.url} refuses: {_refusal(error)}") from error
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            told = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
            raise ServerFailure(f"no Flink cluster answers at {self.url}: {str(told).lower()}") from error
        except ValueError as error:
            raise ServerFailure(f"what answers at {self.url} is no Flink cluster") from error


def _refusal(error: HTTPError) -> str:
    try:
        told = json.load(error)["errors"]
    except (OSError, ValueError, KeyError, TypeError):
        return f"HTTP {error.code}"
    return _deepest("\n".join(map(str, told)))


def _deepest(trace: str) -> str:
    """The last cause that a Java stack trace names, without its class."""
    lines = trace.strip().splitlines() or ["it does not say why"]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    last = (causes or lines)[-1 if causes else 0]
    head, colon, text = last.partition(": ")
    return text if colon and " " not in head else last
