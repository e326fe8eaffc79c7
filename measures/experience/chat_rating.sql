--- id = "experience.chat_rating"
--- kind = "mean"
--- unit = "rating"
--- better = "higher"
--- value = "rating"
--- name = { fi = "Arvosana chatista", sv = "Betyg på chatten", en = "Rating of the chat" }
--- source = "Final report of Western Uusimaa county's programme 2025: 4.33 of 5, April to October 2025"
--- about = { fi = "Asiakkaiden antama arvosana chatin jälkeen, 1–5, keskiarvo. Vastaamatta jättäneet näkyvät kattavuudessa.", sv = "Klienternas betyg efter chatten, 1–5, medelvärde. De som inte svarade syns i täckningen.", en = "Clients' rating after a chat, 1 to 5, mean. Those who did not answer show in the coverage." }
SELECT
  survey_id AS case_id,
  resident_id,
  unit_id,
  service,
  sent_at AS at,
  CASE WHEN answered_at <= $as_of THEN CAST(rating AS DOUBLE) END AS rating
FROM surveys
WHERE instrument = 'chat_feedback'
  AND delivered_at IS NOT NULL
  AND sent_at >= $from
  AND sent_at < $to
