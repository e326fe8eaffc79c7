--- kind = "share"
--- unit = "share"
--- better = "higher"
--- part_of = "volume.contacts"
---
--- [continuity.contact_person_share]
--- id = "continuity.contact_person_share"
--- hit = "has_contact_person"
--- name = { fi = "Yhteyshenkilön saaneet", sv = "De som har en kontaktperson", en = "People with a contact person" }
--- source = "Team model of Western Uusimaa county's programme 2025: everybody who gets in touch has a contact person; the source gives no value"
--- [continuity.contact_person_share.about]
--- fi = "Osuus kuukauden aikana yhteyttä ottaneista, joilla oli yhteydenottopäivänä nimetty yhteyshenkilö. Jokainen lasketaan kerran kuukaudessa, ensimmäisen yhteydenottonsa yksikössä."
--- sv = "Andel av dem som tog kontakt under månaden och som den dagen hade en namngiven kontaktperson. Var och en räknas en gång i månaden, vid enheten för den första kontakten."
--- en = "Share of those who got in touch in the month who had a named contact person on that day. Each counts once a month, at the unit of their first contact."
---
--- [continuity.care_lead_share]
--- id = "continuity.care_lead_share"
--- hit = "has_care_lead"
--- name = { fi = "Hoitovastaavan saaneet", sv = "De som har en vårdansvarig", en = "People with a care lead" }
--- source = "Future Social and Health Centre programme 2020–2022, clients who need much: half of those who got in touch had a care lead in October 2021"
--- [continuity.care_lead_share.about]
--- fi = "Osuus kuukauden aikana yhteyttä ottaneista, joilla oli yhteydenottopäivänä nimetty hoitovastaava. Jokainen lasketaan kerran kuukaudessa, ensimmäisen yhteydenottonsa yksikössä."
--- sv = "Andel av dem som tog kontakt under månaden och som den dagen hade en namngiven vårdansvarig. Var och en räknas en gång i månaden, vid enheten för den första kontakten."
--- en = "Share of those who got in touch in the month who had a named care lead on that day. Each counts once a month, at the unit of their first contact."
WITH firsts AS (
  SELECT contact_id, resident_id, unit_id, service, opened_at
  FROM (
    SELECT
      contact_id,
      resident_id,
      unit_id,
      service,
      opened_at,
      row_number() OVER (
        PARTITION BY resident_id, date_trunc('month', local_date(opened_at))
        ORDER BY opened_at, contact_id
      ) AS place
    FROM contacts
    WHERE kind = 'request'
      AND part_of IS NULL
      AND resident_id IS NOT NULL
      AND opened_at >= $from
      AND opened_at < $to
  )
  WHERE place = 1
),
roles AS (
  SELECT
    f.contact_id,
    bool_or(h.role = 'contact_person') AS has_contact_person,
    bool_or(h.role = 'care_lead') AS has_care_lead
  FROM firsts f
  JOIN care_roles h ON h.resident_id = f.resident_id
  WHERE h.role IN ('contact_person', 'care_lead')
    AND h.professional_id IS NOT NULL
    AND h.valid_from <= local_date(f.opened_at)
    AND (h.valid_to IS NULL OR h.valid_to > local_date(f.opened_at))
  GROUP BY f.contact_id
)
SELECT
  f.contact_id AS case_id,
  f.resident_id,
  f.unit_id,
  f.service,
  f.opened_at AS at,
  coalesce(r.has_contact_person, false) AS has_contact_person,
  coalesce(r.has_care_lead, false) AS has_care_lead
FROM firsts f
LEFT JOIN roles r ON r.contact_id = f.contact_id
