--- id = "platform.registered_users"
--- kind = "stock"
--- unit = "persons"
--- better = "higher"
--- name = { fi = "Rekisteröityneet käyttäjät", sv = "Registrerade användare", en = "Registered users" }
--- source = "Final report of Western Uusimaa county's programme 2025: over 174,000 registered users of the platform at the end of November 2025; people, not sign-ins"
--- [about]
--- fi = "Ihmiset, joilla on jakson lopussa tunnus asiointialustalle. Jokainen lasketaan kerran siitä päivästä, jona hän tunnistautui ensimmäisen kerran."
--- sv = "Personer som vid periodens slut har ett konto på plattformen. Var och en räknas en gång från den dag då hen identifierade sig första gången."
--- en = "People who have an account of the platform at the end of the period. Each counts once, from the day on which they proved who they are first."
SELECT
  min(account_id) AS case_id,
  max(resident_id) AS resident_id,
  CAST(NULL AS VARCHAR) AS unit_id,
  min(registered_at) AS at,
  CASE WHEN count(closed_at) = count(*) THEN max(closed_at) END AS until
FROM accounts
WHERE registered_at < $to
GROUP BY coalesce(CAST(resident_id AS VARCHAR), account_id)
