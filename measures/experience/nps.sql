--- id = "experience.nps"
--- kind = "nps"
--- unit = "points"
--- better = "higher"
--- value = "nps"
--- name = { fi = "Suositteluindeksi (NPS)", sv = "Rekommendationsindex (NPS)", en = "Net promoter score (NPS)" }
--- source = "Reichheld 2003; interval adjusted Wald, Rocks 2016; final report of Western Uusimaa county's programme 2025: 64 to 77"
--- [about]
--- fi = "Suosittelijoiden (9–10) osuus miinus arvostelijoiden (0–6) osuus, pisteinä −100…100. Vastausten määrä on aina luvun vieressä."
--- sv = "Andelen förespråkare (9–10) minus andelen kritiker (0–6), i poäng −100…100. Antalet svar står alltid bredvid."
--- en = "Share of promoters (9–10) minus share of detractors (0–6), in points −100…100. The number of answers always stands beside it."
SELECT
  survey_id AS case_id,
  resident_id,
  unit_id,
  service,
  channel,
  instrument,
  answered_at AS at,
  nps
FROM surveys
WHERE nps IS NOT NULL
  AND respondent IN ('client', 'guardian')
  AND answered_at >= $from
  AND answered_at < $to
