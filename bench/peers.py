"""Continuity of care by unit in other engines: `peers.py duckdb|polars|pandas|scan ENCOUNTERS REGISTRATIONS`;
with AGAIN after them rows that were reported again: of one encounter the later row counts.
`peers.py sort SORTED BY_TIME` writes the same rows in the order of time, `peers.py parquet CSV PARQUET` as Parquet.

Mean COC and UPC of residents with two visits or more by home unit, and SLICC by home unit. Prints units and their sums,
so that the figures can be held against ours.
"""
import sys

engine, encounters, registrations = sys.argv[1:4]
again = sys.argv[4] if len(sys.argv) > 4 else None
THREADS = 2
MET = ("in_person", "home", "workplace", "institution", "elsewhere", "phone", "video")

LATEST = f"""
  SELECT * FROM read_parquet('{again}')
  UNION ALL
  SELECT * FROM read_parquet('{encounters}')
  WHERE encounter_id NOT IN (SELECT encounter_id FROM read_parquet('{again}'))
"""
SQL = f"""
WITH counts AS (
  SELECT resident_id, professional_id, count(*) AS n FROM {f"({LATEST})" if again else f"read_parquet('{encounters}')"}
  WHERE status = 'done' AND profession = 'physician' AND urgency IN ('routine', 'soon') AND modality IN {MET}
  GROUP BY ALL
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
    counted = (
        (pl.col("status") == "done")
        & (pl.col("profession") == "physician")
        & pl.col("urgency").is_in(["routine", "soon"])
        & pl.col("modality").is_in(MET)
    )
    rows = pl.scan_parquet(encounters)
    if again:
        later = pl.scan_parquet(again)
        rows = pl.concat([rows.join(later, on="encounter_id", how="anti"), later])
    counts = rows.filter(counted).group_by("resident_id", "professional_id").agg(pl.len().cast(pl.Int64).alias("n"))
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

    columns = ["resident_id", "professional_id", "status", "profession", "urgency", "modality"]
    visits = pd.read_parquet(encounters, columns=columns)
    visits = visits[
        (visits["status"] == "done")
        & (visits["profession"] == "physician")
        & visits["urgency"].isin(["routine", "soon"])
        & visits["modality"].isin(MET)
    ]
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


def sort_by_time():
    import duckdb

    duckdb.execute(f"COPY (FROM '{encounters}' ORDER BY started_at) TO '{registrations}' (FORMAT parquet, CODEC 'zstd', COMPRESSION_LEVEL 1)")
    sys.exit()


def csv_as_parquet():
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    reader = pyarrow.csv.open_csv(encounters)
    with pyarrow.parquet.ParquetWriter(registrations, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
    sys.exit()


found = {"duckdb": duckdb_rows, "polars": polars_rows, "pandas": pandas_rows, "scan": scan_rows, "sort": sort_by_time, "parquet": csv_as_parquet}[engine]()
print(len(found), *(round(sum(row[column] or 0 for row in found), 6) for column in (1, 2, 3)))
