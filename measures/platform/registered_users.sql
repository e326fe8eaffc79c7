--- id = "platform.registered_users"
--- kind = "stock"
--- unit = "people"
--- better = "neither"
--- name = { fi = "Asiointialustan käyttäjät", sv = "Användare av den digitala plattformen", en = "Users of the digital platform" }
--- source = "Final report of Western Uusimaa county's programme 2025: over 174,000 registered users at the end of November 2025, of whom 50,000 were the aim"
--- [about]
--- fi = "Ihmiset, jotka ovat jakson loppuun mennessä tunnistautuneet asiointialustalla ja joiden tili on auki. Ihminen lasketaan kerran, vaikka asioita ja tilejä olisi monta. Yksikkö on se, johon hän kuului ensimmäisen kerran tunnistautuessaan."
--- sv = "Människor som till periodens slut har identifierat sig på den digitala plattformen och vars konto är öppet. En människa räknas en gång, hur många ärenden eller konton hen än har. Enheten är den som hen hörde till då hen identifierade sig första gången."
--- en = "People who by the end of the period have proven who they are on the digital platform, and whose account is open. A person counts once, however many matters or accounts they have. The unit is the one they belonged to when they did so first."
SELECT
  MIN(a.account_id) AS case_id,
  a.resident_id,
  MIN(r.unit_id) AS unit_id,
  MIN(a.registered_at) AS at,
  -- Open as long as one of the accounts is.
  CASE WHEN COUNT(*) = COUNT(a.closed_at) AND MAX(a.closed_at) <= $as_of THEN MAX(a.closed_at) END AS until
FROM accounts a
LEFT JOIN registrations r
  ON r.resident_id = a.resident_id
  AND r.valid_from <= local_date(a.registered_at)
  AND (r.valid_to IS NULL OR r.valid_to > local_date(a.registered_at))
WHERE a.registered_at < $to
-- Accounts of nobody who is known are one person each.
GROUP BY a.resident_id, CASE WHEN a.resident_id IS NULL THEN a.account_id END
