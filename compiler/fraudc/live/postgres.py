"""A PostgreSQL address and a query in, its rows out in batches through a cursor that stays on the server."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from fraudc.live.failure import RequestFailure, ServerFailure
from fraudc.live.security import resolved

_BATCH = 2_000
_PATIENCE = 10  # seconds to connect


def is_address(text: str) -> bool:
    """Whether it names a database rather than a file."""
    return text.startswith(("postgresql://", "postgres://"))


def table_query(table: str, columns: tuple[str, ...]) -> sql.Composed:
    """These columns of a table; the table may have a schema: `crm.customer`."""
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("SELECT {} FROM {}").format(listed, sql.Identifier(*table.split(".")))


def rows(
    address: str, query: str | sql.Composed, required: tuple[str, ...], environment: Mapping[str, str] = os.environ
) -> Iterator[list[dict[str, Any]]]:
    """The rows by column name, within one read-only transaction. `${NAME}` in the address is read from the environment.

    ServerFailure if the server cannot be reached or goes away; RequestFailure for a query that it refuses or that lacks a required
    column. Neither shows the address, which may hold a password.
    """
    try:
        connection = psycopg.connect(resolved(address, environment), connect_timeout=_PATIENCE, row_factory=dict_row)
    except psycopg.ProgrammingError as error:  # what it says may quote the password
        raise RequestFailure("the address of the database cannot be read; it is postgresql://USER@HOST:PORT/DATABASE") from error
    except psycopg.Error as error:
        raise ServerFailure(f"PostgreSQL cannot be reached: {_line(error)}") from error
    read = 0
    try:
        with connection:
            connection.read_only = True
            with connection.cursor(name="fraudc") as cursor:
                cursor.execute(query.encode() if isinstance(query, str) else query)  # bytes: the user's own words, no template
                _check_columns([column.name for column in cursor.description or ()], required)
                while batch := cursor.fetchmany(_BATCH):
                    yield batch
                    read += len(batch)
    except psycopg.OperationalError as error:
        raise ServerFailure(f"PostgreSQL broke off after {read:,} rows: {_line(error)}; load again, rows overwrite themselves") from error
    except psycopg.Error as error:
        raise RequestFailure(f"PostgreSQL refuses the query: {_line(error)}") from error


def _check_columns(given: list[str], required: tuple[str, ...]) -> None:
    if missing := [name for name in required if name not in given]:
        raise RequestFailure(f"the query gives no column {', '.join(missing)}; it gives {', '.join(given)}")


def _line(error: psycopg.Error) -> str:
    return " ".join(str(error).split()) or type(error).__name__
