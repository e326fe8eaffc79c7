"""Continuity of care by unit in other engines: `peers.py duckdb|polars|pandas|scan ENCOUNTERS REGISTRATIONS`.

Mean COC and UPC of residents with two visits or more by home unit, and SLICC by home unit. Prints units and their sums,
so that the figures can be held against ours.
"""
import sys

engine, encounters, registrations = sys.argv[1:4]
THREADS = 2

SQL = f"""
WITH counts AS (
  SELECT resident_id, professional_id, count(*) AS n FROM read_parquet('{encounters}') GROUP BY ALL
),
persons AS (
  SELECT c.resident_id, sum(c.n) AS n, sum(c.n * c.n) AS squares, max(c.n) AS most,
         sum(CASE WHEN c.professional_id = r.physician_id THEN c.n ELSE 0 END) AS own, any_value(r.unit_id) AS unit_id
  FROM counts c JOIN read_parquet('{registrations}') r ON r.resident_id = c.resident_id
  GROUP BY c.resident_id
)
SELECT unit_id,
       avg(CASE WHEN n >= 2 THEN (squares - n) / (n * (n - 1.0)) END) AS coc,
       avg(CASE WHEN n >= 2 THEN most / (n * 1.0) END) AS upc,
       sum(own) / sum(n) AS slicc
FROM persons GROUP BY unit_id ORDER BY unit_id
"""


def duckdb_rows():
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    return connection.execute(SQL).fetchall()


def polars_rows():
    import os

    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    import polars as pl

    n = pl.col("n")
    counts = pl.scan_parquet(encounters).group_by("resident_id", "professional_id").agg(pl.len().cast(pl.Int64).alias("n"))
    own = pl.when(pl.col("professional_id") == pl.col("physician_id")).then(n).otherwise(0)
    persons = (
        counts.join(pl.scan_parquet(registrations), on="resident_id")
        .group_by("resident_id")
        .agg(n.sum(), (n * n).sum().alias("squares"), n.max().alias("most"), own.sum().alias("own"), pl.col("unit_id").first())
    )
    total = pl.col("n")
    coc = pl.when(total >= 2).then((pl.col("squares") - total) / (total * (total - 1)))
    upc = pl.when(total >= 2).then(pl.col("most") / total)
    units = persons.group_by("unit_id").agg(
        coc.mean().alias("coc"), upc.mean().alias("upc"), (pl.col("own").sum() / total.sum()).alias("slicc")
    )
    return units.sort("unit_id").collect(engine="streaming").rows()


def pandas_rows():
    import pandas as pd

    visits = pd.read_parquet(encounters, columns=["resident_id", "professional_id"])
    counts = visits.groupby(["resident_id", "professional_id"], observed=True).size().rename("n").reset_index()
    counts = counts.merge(pd.read_parquet(registrations), on="resident_id")
    counts["own"] = counts["n"].where(counts["professional_id"].astype(str) == counts["physician_id"].astype(str), 0)
    counts["squares"] = counts["n"] ** 2
    persons = counts.groupby("resident_id").agg(
        n=("n", "sum"), squares=("squares", "sum"), most=("n", "max"), own=("own", "sum"), unit_id=("unit_id", "first")
    )
    many = persons[persons["n"] >= 2]
    persons["coc"] = (many["squares"] - many["n"]) / (many["n"] * (many["n"] - 1))
    persons["upc"] = many["most"] / many["n"]
    units = persons.groupby("unit_id", observed=True)
    slicc = units["own"].sum() / units["n"].sum()
    return list(zip(slicc.index, units["coc"].mean(), units["upc"].mean(), slicc))


def scan_rows():
    import pyarrow.dataset as dataset

    rows = dataset.dataset(encounters).scanner(columns=["resident_id", "professional_id"]).to_batches()
    return [("rows", sum(batch.num_rows for batch in rows), 0, 0)]


found = {"duckdb": duckdb_rows, "polars": polars_rows, "pandas": pandas_rows, "scan": scan_rows}[engine]()
print(len(found), *(round(sum(row[column] or 0 for row in found), 6) for column in (1, 2, 3)))
