--- id = "owndoctor.population"
--- kind = "stock"
--- unit = "persons"
--- better = "neither"
--- name = { fi = "Vastuuväestö", sv = "Ansvarsbefolkning", en = "Responsible population" }
--- source = "Reporting for the practitioners' fee model, Western Uusimaa county's programme 2025; residents with a named physician or nurse"
--- [about]
--- fi = "Asukkaat, joilla on jakson lopussa nimetty omalääkäri tai omahoitaja, sillä parilla, jonka listalla he ovat."
--- sv = "Invånare som vid periodens slut har en namngiven egen läkare eller egen skötare, vid det par på vars lista de står."
--- en = "Residents who at the end of the period have a named own doctor or own nurse, at the pair whose list they are on."
SELECT
  concat(CAST(resident_id AS VARCHAR), '/', CAST(valid_from AS VARCHAR)) AS case_id,
  resident_id,
  unit_id,
  CAST(valid_from AS TIMESTAMP) AS at,
  CAST(valid_to AS TIMESTAMP) AS until
FROM registrations
WHERE (physician_id IS NOT NULL OR nurse_id IS NOT NULL)
  AND valid_from < $to
