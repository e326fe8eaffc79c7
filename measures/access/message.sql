--- id = "access.message_on_time"
--- kind = "share"
--- part_of = "access.digital_share"
--- unit = "share"
--- better = "higher"
--- hit = "on_time"
--- population = "after_the_reform"
--- version = 3
--- name = { fi = "Viestiin vastattu ajoissa", sv = "Meddelande besvarat i tid", en = "Messages answered in time" }
--- source = "The deadline that was told when the message came, by rules/clocks/; where none was told Act 1326/2010 § 51 as in HE 74/2022, in force from 1 September 2023: the same weekday; rules/calendar.toml, rule contact"
--- [about]
--- fi = "Osuus viesteistä ja lomakkeista, joihin ihminen vastasi siihen mennessä, kun kirjoittajalle kerrottiin. Jos määräaikaa ei kerrottu, vastaus kuuluu samalle arkipäivälle, ja virka-ajan jälkeen tullut seuraavalle. Viesti, jonka määräaika on kulunut ilman vastausta, on myöhässä; viesti, jonka määräaika ei ole vielä kulunut, ei ole mukana. Mukana ovat viestit 1.9.2023 alkaen, jolloin laki tuli voimaan."
--- sv = "Andel av meddelanden och blanketter som en människa besvarade senast när det hade utlovats. Om ingen tidsfrist berättades ska svaret komma samma vardag, och för det som kommer efter tjänstetid följande vardag. Ett meddelande vars tid har gått ut utan svar är försenat; ett vars tid ännu inte har gått ut är inte med. Med är meddelanden från den 1 september 2023, då lagen trädde i kraft."
--- en = "Share of messages and forms that a person answered by the time that the writer was told. Where no deadline was told the answer belongs to the same weekday, and after office hours to the next. A message past its limit without an answer is late; one still within its limit is not counted. Messages from 1 September 2023, when the act came into force."
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  opened_at AS at,
  CASE
    WHEN COALESCE(due_at, office_due(opened_at, 'contact')) > $as_of THEN NULL
    ELSE first_response_at IS NOT NULL AND first_response_at <= COALESCE(due_at, office_due(opened_at, 'contact'))
  END AS on_time,
  -- Before, the third weekday was the limit: two rules are no one line.
  opened_at >= TIMESTAMP '2023-08-31T21:00:00Z' AS after_the_reform
FROM contacts
WHERE channel IN ('message', 'form')
  AND kind = 'request'
  AND duplicate_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
