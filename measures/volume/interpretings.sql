--- id = "volume.interpretings"
--- kind = "count"
--- unit = "interpretings"
--- better = "neither"
--- published = ["modality"]
--- name = { fi = "Tulkkaukset", sv = "Tolkningar", en = "Interpretings" }
--- source = "Final report of Western Uusimaa county's programme 2025: over 1,600 AI interpretings"
--- about = { fi = "Käytetyt tulkkaukset, tekoälyn ja ihmisen. Tapa on ryhmittely.", sv = "Använda tolkningar, av AI och av människor. Sättet är en gruppering.", en = "Interpretings used, by AI and by people. The mode is a grouping." }
SELECT
  interpreting_id AS case_id,
  resident_id,
  unit_id,
  mode AS modality,
  started_at AS at
FROM interpretings
WHERE used
  AND started_at >= $from
  AND started_at < $to
