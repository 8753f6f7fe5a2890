"""`fraudc profiles load` against a broker and PostgreSQL: rows keyed as the job reads them, bad ones named."""

import json
import re
import threading
from pathlib import Path

import psycopg
import pytest

from compiler.live.conftest import Fraudc, Shop
from fraudc.live.failure import ServerFailure
from fraudc.live.postgres import rows as rows_of
from servers.postgres import Postgres
from servers.process import free_port
from topic_runs import wait_until


def rows(shop: Shop) -> dict[bytes | None, object]:
    return {message.key(): json.loads(message.value() or b"") for message in shop.has(f"{shop.topics.profiles}customer")}


def test_rows_of_a_csv_file_are_published_by_key_and_bad_ones_named(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(
        "customer_id,segment,credit_limit,since,visits_a_year,ignored\n"
        "c1,gold,500.00,2020-01-01T00:00:00Z,12,x\n"
        "c2,,1.234,,,\n"
        ",silver,,,,\n"
        "c3,silver,,,,\n"
        "c4,iron,1\n"
    )
    ended = fraudc("profiles", "load", "customer", "--from", file, "--project", shop.root, "--create-topics")
    assert (ended.code, ended.out) == (1, f"published 2 rows to {shop.topics.profiles}customer; 3 bad rows left out\n")
    assert [line.split(": ")[:2] for line in ended.err.splitlines()] == [
        [f"{file}:3", "money_decimals"],
        [f"{file}:4", "missing_field"],
        [f"{file}:6", "wrong_columns"],
    ]
    assert rows(shop) == {
        b"c1": {"customer_id": "c1", "segment": "gold", "credit_limit": "500.00", "since": 1_577_836_800_000, "visits_a_year": 12},
        b"c3": {"customer_id": "c3", "segment": "silver"},
    }


def test_rows_of_a_table_are_published_with_their_types(shop: Shop, fraudc: Fraudc, postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as database:
        database.execute("DROP TABLE IF EXISTS customer")
        database.execute(
            "CREATE TABLE customer (customer_id text, segment text, credit_limit numeric(12,2), since timestamptz, visits_a_year int)"
        )
        database.execute("INSERT INTO customer SELECT 'c' || n, 'gold', n, '2020-01-01 01:00+01', n FROM generate_series(1, 4500) n")
        database.execute("INSERT INTO customer VALUES (NULL, 'nobody', 1, NULL, 1)")
    ended = fraudc("profiles", "load", "customer", "--from", postgres.url, "--project", shop.root, "--create-topics")
    assert (ended.code, ended.out) == (1, f"published 4,500 rows to {shop.topics.profiles}customer; 1 bad row left out\n")
    assert ended.err.startswith("row 4501: missing_field: `customer_id` is missing")
    found = rows(shop)
    assert len(found) == 4_500
    assert found[b"c7"] == {
        "customer_id": "c7",
        "segment": "gold",
        "credit_limit": "7.00",
        "since": 1_577_836_800_000,
        "visits_a_year": 7,
    }


def test_a_query_chooses_and_names_the_columns(shop: Shop, fraudc: Fraudc, postgres: Postgres) -> None:
    query = (
        "SELECT 42 AS customer_id, 'a%b' AS segment, 0.1::float8 AS credit_limit, timestamp '2020-01-01' AS since "
        "UNION SELECT 43, '', 1, NULL"
    )
    ended = fraudc("profiles", "load", "customer", "--from", postgres.url, "--query", query, "--project", shop.root, "--create-topics")
    assert (ended.code, ended.out) == (1, f"published 1 row to {shop.topics.profiles}customer; 1 bad row left out\n")
    assert "a time without a zone" in ended.err
    assert rows(shop) == {b"43": {"customer_id": "43", "segment": "", "credit_limit": "1.0"}}


@pytest.mark.parametrize(
    ("query", "said"),
    [("SELECT 1 AS n", "no column customer_id"), ("SELEC 1", "refuses the query: syntax error"), ("DROP TABLE x", "refuses the query")],
)
def test_a_query_that_cannot_work_exits_2(shop: Shop, fraudc: Fraudc, postgres: Postgres, query: str, said: str) -> None:
    ended = fraudc("profiles", "load", "customer", "--from", postgres.url, "--query", query, "--project", shop.root, "--create-topics")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert said in ended.err


def test_a_database_that_is_not_there_exits_4_without_its_password(shop: Shop, fraudc: Fraudc) -> None:
    address = f"postgresql://someone:open-sesame@127.0.0.1:{free_port()}/shop"
    ended = fraudc("profiles", "load", "customer", "--from", address, "--project", shop.root, "--create-topics")
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert ended.err.startswith("fraudc: PostgreSQL cannot be reached: ")
    assert "open-sesame" not in ended.err


def test_a_database_that_goes_away_is_told_with_what_was_read_and_loading_again_completes(postgres: Postgres) -> None:
    query = "SELECT 'c' || n AS customer_id FROM generate_series(1, 1000000) n"
    batches = rows_of(postgres.url, query, ("customer_id",))
    assert next(batches)[0] == {"customer_id": "c1"}
    postgres.kill()
    try:
        with pytest.raises(ServerFailure, match=r"broke off after [0-9,]+ rows: .*load again"):
            list(batches)
    finally:
        postgres.start()
    assert sum(map(len, rows_of(postgres.url, query.replace("1000000", "5000"), ("customer_id",)))) == 5_000


def test_a_database_that_is_killed_while_it_is_read_exits_4_claims_nothing_and_loading_again_is_whole(
    shop: Shop, fraudc: Fraudc, postgres: Postgres
) -> None:
    query = "SELECT 'c' || n AS customer_id FROM generate_series(1, {rows}) n WHERE pg_sleep({seconds}) IS NOT NULL"
    topic = f"{shop.topics.profiles}customer"
    shop.connection.create([topic], "compact")

    def kill() -> None:
        wait_until(lambda: shop.has(topic) != [])
        postgres.kill()

    killing = threading.Thread(target=kill)
    killing.start()
    command = ("profiles", "load", "customer", "--from", postgres.url, "--project", shop.root, "--query")
    ended = fraudc(*command, query.format(rows=1_000_000, seconds=0.0001))
    killing.join()
    postgres.start()
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert re.match(r"fraudc: PostgreSQL broke off after [0-9,]+ rows: .*; load again, rows overwrite themselves\n", ended.err)
    ended = fraudc(*command, query.format(rows=3_000, seconds=0))
    assert (ended.code, ended.out) == (0, f"published 3,000 rows to {topic}\n")
    assert {f"c{number}".encode() for number in range(1, 3_001)} <= rows(shop).keys()


@pytest.mark.parametrize(("entity", "said"), [("nobody", "no entity nobody"), ("customer_at_merchant", "declares no profile fields")])
def test_an_entity_without_profiles_exits_2(shop: Shop, fraudc: Fraudc, tmp_path: Path, entity: str, said: str) -> None:
    ended = fraudc("profiles", "load", entity, "--from", tmp_path / "any.csv", "--project", shop.root)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert said in ended.err


def test_a_file_without_the_key_exits_2_and_publishes_nothing(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("name,segment\nc1,gold\n")
    ended = fraudc("profiles", "load", "customer", "--from", tmp_path / "customers.csv", "--project", shop.root, "--create-topics")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert rows(shop) == {}
