--- better = "lower"
---
--- [needs.lead_time]
--- id = "needs.lead_time"
--- kind = "median"
--- unit = "days"
--- value = "days"
--- name = { fi = "Palvelutarpeen arviointi, läpimenoaika", sv = "Bedömning av servicebehovet, ledtid", en = "Assessment of a service need, lead time" }
--- source = "Social Welfare Act 1301/2014 § 36: the assessment is begun without delay and completed without undue delay; the source gives no value"
--- [needs.lead_time.about]
--- fi = "Päiviä asian vireilletulosta palvelutarpeen, lastensuojelun tarpeen tai vammaispalvelun tarpeen arvioinnin valmistumiseen, mediaani, paikalliset päivät. Kesken olevat näkyvät kattavuudessa."
--- sv = "Dagar från att ärendet inleddes till att bedömningen av servicebehovet, behovet av barnskydd eller behovet av funktionshinderservice blev klar, median, lokala dagar. De som pågår syns i täckningen."
--- en = "Days from the matter becoming pending until the assessment of the need of service, of child protection or of disability service was complete, median, local days. Those under way show in the coverage."
---
--- [needs.reassessments]
--- id = "needs.reassessments"
--- kind = "share"
--- unit = "share"
--- hit = "again"
--- name = { fi = "Uudelleen arvioidut palvelutarpeet", sv = "Servicebehov som bedömdes på nytt", en = "Service needs assessed again" }
--- source = "Assessment and decision in services for older people, Western Uusimaa county's programme 2025: no second assessment where the client moves on; within a year is ours, the source gives no value"
--- [needs.reassessments.about]
--- fi = "Osuus vireille tulleista palvelutarpeen arvioinneista, joissa saman ihmisen sama tarve oli arvioitu enintään vuotta aiemmin."
--- sv = "Andel inledda bedömningar av servicebehov där samma behov av samma person hade bedömts högst ett år tidigare."
--- en = "Share of assessments of a service need that became pending where the same need of the same person had been assessed at most a year before."
SELECT case_id, resident_id, unit_id, at, days, again
FROM (
  SELECT
    assessment_id AS case_id,
    resident_id,
    unit_id,
    pending_at AS at,
    CASE
      WHEN completed_at <= $as_of
        THEN CAST(CAST(local_date(completed_at) AS INT) - CAST(local_date(pending_at) AS INT) AS DOUBLE)
    END AS days,
    coalesce(
      CAST(local_date(pending_at) AS INT)
        - CAST(local_date(lag(completed_at) OVER (PARTITION BY resident_id, kind ORDER BY pending_at, assessment_id)) AS INT)
        BETWEEN 0 AND 365,
      false
    ) AS again
  FROM assessments
  WHERE kind IN ('service_need', 'child_protection_need', 'disability_need')
    AND coalesce(completed_at, pending_at) >= pending_at
    AND pending_at < $to
)
WHERE at >= $from
