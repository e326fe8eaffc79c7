--- published = ["risk_class"]
---
--- [backpain.direct_to_physio]
--- id = "backpain.direct_to_physio"
--- kind = "share"
--- unit = "share"
--- better = "higher"
--- hit = "physio_first"
--- name = { fi = "Suoraan fysioterapeutille", sv = "Direkt till fysioterapeuten", en = "Straight to the physiotherapist" }
--- source = "Final report of Western Uusimaa county's programme 2025, model for low back pain: more often than before the physiotherapist comes first; the source gives no value"
--- [backpain.direct_to_physio.about]
--- fi = "Osuus alaselkäkivun poluista, joiden ensimmäinen käynti oli fysioterapeutilla. Polku, jolla ei ole vielä käyntiä, näkyy kattavuudessa."
--- sv = "Andel ländryggsstigar där det första besöket var hos en fysioterapeut. En stig som ännu inte har något besök syns i täckningen."
--- en = "Share of courses on the low-back-pain path whose first visit was to a physiotherapist. A course without a visit yet shows in the coverage."
---
--- [backpain.contacts]
--- id = "backpain.contacts"
--- kind = "mean"
--- unit = "visits"
--- better = "neither"
--- value = "visits"
--- name = { fi = "Yhteydenotot jaksossa", sv = "Besök under perioden", en = "Visits of a course" }
--- source = "Final report of Western Uusimaa county's programme 2025, monitoring of low back pain: contacts in the path; the source gives no value"
--- [backpain.contacts.about]
--- fi = "Toteutuneita käyntejä ja etäasiointeja alaselkäkivun polulla, keskimäärin polkua kohti. Käynnit karttuvat polun alkamiskuukaudelle."
--- sv = "Genomförda besök och distanskontakter på ländryggsstigen, i medeltal per stig. Besöken räknas för den månad då stigen började."
--- en = "Visits and remote encounters done on the low-back-pain path, on average for each course. They count for the month in which the course began."
---
--- [backpain.wait_to_physio]
--- id = "backpain.wait_to_physio"
--- kind = "median"
--- unit = "days"
--- better = "lower"
--- value = "days_to_physio"
--- name = { fi = "Odotus fysioterapeutille", sv = "Väntan på fysioterapeuten", en = "Wait for the physiotherapist" }
--- source = "Final report of Western Uusimaa county's programme 2025, monitoring of low back pain: waits to the right professional; the source gives no value"
--- [backpain.wait_to_physio.about]
--- fi = "Päiviä polun alusta ensimmäiseen käyntiin fysioterapeutilla, mediaani. Ne, jotka eivät ole käyneet fysioterapeutilla, näkyvät kattavuudessa."
--- sv = "Dagar från stigens början till det första besöket hos en fysioterapeut, median. De som inte har besökt en fysioterapeut syns i täckningen."
--- en = "Days from the beginning of the course to the first visit to a physiotherapist, median. Those who have not seen one show in the coverage."
---
--- [backpain.clients_by_class]
--- id = "backpain.clients_by_class"
--- kind = "count"
--- unit = "courses"
--- better = "neither"
--- name = { fi = "Alaselkäkivun polulle tulleet", sv = "De som kom in på ländryggsstigen", en = "People who came onto the low-back-pain path" }
--- source = "Final report of Western Uusimaa county's programme 2025, monitoring of low back pain: clients by risk class; the shares are in backpain.risk_class"
--- [backpain.clients_by_class.about]
--- fi = "Alaselkäkivun polulle tulleet, myös riskiluokittain. Kahdesti polulle tullut lasketaan kahdesti."
--- sv = "De som kom in på ländryggsstigen, även enligt riskklass. Den som kom in två gånger räknas två gånger."
--- en = "People who came onto the low-back-pain path, by risk class too. One who came onto it twice counts twice."
WITH visits AS (
  SELECT
    enrolment_id,
    count(*) AS visits,
    first_value(profession ORDER BY started_at, encounter_id) AS first_profession,
    min(CASE WHEN profession = 'physiotherapist' THEN started_at END) AS physio_at
  FROM encounters
  WHERE enrolment_id IS NOT NULL
    AND status = 'done'
    AND started_at <= $as_of
  GROUP BY enrolment_id
)
SELECT
  n.enrolment_id AS case_id,
  n.resident_id,
  n.unit_id,
  n.risk_class,
  n.started_at AS at,
  v.first_profession = 'physiotherapist' AS physio_first,
  CAST(coalesce(v.visits, 0) AS DOUBLE) AS visits,
  CAST(CAST(local_date(v.physio_at) AS INT) - CAST(local_date(n.started_at) AS INT) AS DOUBLE) AS days_to_physio
FROM enrolments n
LEFT JOIN visits v ON v.enrolment_id = n.enrolment_id
WHERE n.kind = 'pathway'
  AND n.pathway = 'low_back_pain'
  AND n.started_at >= $from
  AND n.started_at < $to
