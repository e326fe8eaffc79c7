--- id = "mental.repeated_assessments"
--- kind = "share"
--- unit = "share"
--- better = "lower"
--- hit = "again"
--- name = { fi = "Toistetut terapian tarpeen arviot", sv = "Upprepade bedömningar av terapibehovet", en = "Repeated assessments of the need of therapy" }
--- source = "Stepped chain of mental health services, Western Uusimaa county's programme 2025: one assessment goes with the client; again within three months counts, the source gives no value"
--- [about]
--- fi = "Osuus terapian tarpeen arvioista, jotka tehtiin ihmiselle, jonka tarve oli arvioitu enintään 92 päivää aiemmin. Arvio lasketaan sille yksikölle, joka sen toisti."
--- sv = "Andel bedömningar av terapibehovet av personer vars behov hade bedömts högst 92 dagar tidigare. Bedömningen räknas för enheten som upprepade den."
--- en = "Share of assessments of the need of therapy of people whose need had been assessed at most 92 days before. It counts for the unit that repeated it."
SELECT case_id, resident_id, unit_id, at, again
FROM (
  SELECT
    assessment_id AS case_id,
    resident_id,
    unit_id,
    completed_at AS at,
    coalesce(
      CAST(local_date(completed_at) AS INT)
        - CAST(local_date(lag(completed_at) OVER (PARTITION BY resident_id ORDER BY completed_at, assessment_id)) AS INT) <= 92,
      false
    ) AS again
  FROM assessments
  WHERE kind = 'therapy_need'
    AND completed_at IS NOT NULL
    AND completed_at < $to
)
WHERE at >= $from
