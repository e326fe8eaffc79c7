--- better = "lower"
--- source = "Act 1326/2010 § 51; beside every wait of those who got care, because theirs are the shorter ones"
---
--- [access.still_waiting]
--- id = "access.still_waiting"
--- kind = "stock"
--- unit = "assessments"
--- name = { fi = "Hoitoon odottavat", sv = "Väntar på vård", en = "Still waiting for care" }
--- [access.still_waiting.about]
--- fi = "Hoidon tarpeen arviot, joissa tarve on todettu ja joiden jälkeen hoito ei jakson lopussa ole vielä alkanut. Kahta hoitoa odottava lasketaan kahdesti."
--- sv = "Bedömningar som har konstaterat ett vårdbehov och efter vilka vården inte har börjat vid periodens slut. Den som väntar på två slags vård räknas två gånger."
--- en = "Assessments that found a need of care, after which the care has not begun at the end of the period. A person who waits for two kinds of care counts twice."
---
--- [access.longest_wait]
--- id = "access.longest_wait"
--- kind = "longest"
--- unit = "days"
--- name = { fi = "Pisin odotus hoitoon pääsyä odottavista", sv = "Längsta väntan bland dem som väntar på vård", en = "Longest wait of those still waiting" }
--- [access.longest_wait.about]
--- fi = "Jakson lopussa hoitoa odottavista pisimpään odottaneen päivät tarpeen toteamisesta, paikalliset päivät. Luku on yhden ihmisen: sille ei ole luottamusväliä."
--- sv = "Av dem som väntar på vård vid periodens slut det antal dagar som den som har väntat längst har väntat sedan behovet konstaterades, lokala dagar. Talet gäller en person: det har inget konfidensintervall."
--- en = "Of those who wait for care at the end of the period the days since the need was found of whoever has waited longest, local days. The number is one person's: it has no confidence interval."
SELECT
  assessment_id AS case_id,
  resident_id,
  unit_id,
  need_established_at AS at,
  CASE
    WHEN met_at <= $as_of THEN met_at
    WHEN closed_at <= $as_of THEN closed_at
  END AS until
FROM assessments
WHERE guarantee IN ('care', 'oral', 'therapy', 'therapy_social')
  AND need_established_at < $to
