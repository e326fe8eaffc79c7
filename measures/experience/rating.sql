--- id = "experience.rating"
--- kind = "mean"
--- unit = "rating"
--- better = "higher"
--- value = "rating"
--- name = { fi = "Arvosana asioinnista", sv = "Betyg på besöket", en = "Rating of the service" }
--- source = "Client experience, Western Uusimaa county's programme 2025; clients' own rating 1 to 5, arithmetic mean"
--- about = { fi = "Asiakkaiden ja huoltajien antama arvosana, 1–5, keskiarvo kaikista kyselyistä, joissa sitä kysytään.", sv = "Klienternas och vårdnadshavarnas betyg, 1–5, medelvärde av alla enkäter där det frågas.", en = "Rating given by clients and guardians, 1 to 5, mean of all surveys that ask for it." }
SELECT
  survey_id AS case_id,
  resident_id,
  unit_id,
  service,
  channel,
  instrument,
  language,
  answered_at AS at,
  CAST(rating AS DOUBLE) AS rating
FROM surveys
WHERE rating IS NOT NULL
  AND respondent IN ('client', 'guardian')
  AND answered_at >= $from
  AND answered_at < $to
