--- impersonal = true
---
--- [phenomena.reports]
--- id = "phenomena.reports"
--- kind = "count"
--- unit = "reports"
--- better = "neither"
--- name = { fi = "Sosiaalinen raportointi", sv = "Social rapportering", en = "Social reports" }
--- source = "Final report of Western Uusimaa county's programme 2025, structural social work: 12 reports in 2023, 105 in 2024, 94 from January to November 2025"
--- about = { fi = "Työntekijöiden kirjaamat ilmiöt, jotka eivät koske yhtä ihmistä.", sv = "Fenomen som personalen har rapporterat och som inte gäller en enskild person.", en = "Phenomena that workers have reported, which are of no single person." }
---
--- [phenomena.proposals_decided]
--- id = "phenomena.proposals_decided"
--- kind = "share"
--- unit = "share"
--- better = "higher"
--- hit = "decided"
--- name = { fi = "Ilmiöt, joista on päätetty", sv = "Fenomen som har avgjorts", en = "Phenomena with a decision" }
--- source = "Structural social work of Western Uusimaa county's programme 2025: a proposal for action goes to the management, whose decision comes back; the source gives no value"
--- about = { fi = "Osuus kuukauden aikana kirjatuista ilmiöistä, joista on tehty päätös.", sv = "Andel av månadens rapporterade fenomen om vilka ett beslut har fattats.", en = "Share of the phenomena reported in the month on which there is a decision." }
SELECT
  phenomenon_id AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  unit_id,
  service,
  reported_at AS at,
  decided_at IS NOT NULL AND decided_at <= $as_of AS decided
FROM phenomena
WHERE reported_at >= $from
  AND reported_at < $to
