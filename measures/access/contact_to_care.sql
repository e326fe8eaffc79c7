--- unit = "days"
--- part_of = "volume.encounters"
--- better = "lower"
--- value = "days"
--- source = "Final report of Western Uusimaa county's programme 2025, own-doctor pilot; median and mean together, because a gap between them is a tail"
---
--- [access.contact_to_care_7d]
--- id = "access.contact_to_care_7d"
--- kind = "share"
--- unit = "share"
--- better = "higher"
--- hit = "within_week"
--- name = { fi = "Yhteydenotosta hoitoon seitsemässä päivässä", sv = "Från kontakt till vård inom sju dagar", en = "Contact to care within seven days" }
--- source = "Future Social and Health Centre programme 2020–2022, clients who need much: care within 0–7 days; the cases are those of the median"
--- about = { fi = "Osuus hoitoon päässeistä, joiden hoito alkoi viimeistään seitsemäntenä päivänä yhteydenotosta, paikalliset päivät. Peruttu käynti ei ole hoitoa.", sv = "Andel av dem som fick vård vars vård började senast den sjunde dagen efter kontakten, lokala dagar. Ett avbokat besök är inte vård.", en = "Share of those who got care whose care began by the seventh day after the contact, local days. A cancelled visit is not care." }
---
--- [access.contact_to_care_median]
--- id = "access.contact_to_care_median"
--- kind = "median"
--- name = { fi = "Yhteydenotosta hoitoon, mediaani", sv = "Från kontakt till vård, median", en = "Contact to care, median" }
--- about = { fi = "Päiviä ensimmäisestä yhteydenotosta sitä seuranneen hoidon alkuun, paikalliset päivät. Peruttu käynti ei ole hoitoa. Mukana ovat vain hoitoon päässeet: katso rinnalla, kuinka moni odottaa vielä.", sv = "Dagar från första kontakt till början av den vård som följde, lokala dagar. Ett avbokat besök är inte vård. Bara de som har fått vård är med: se bredvid hur många som ännu väntar.", en = "Days from the first contact to the start of the care that followed, local days. A cancelled visit is not care. Only those who got care are in it: see beside it how many still wait." }
---
--- [access.contact_to_care_mean]
--- id = "access.contact_to_care_mean"
--- kind = "mean"
--- name = { fi = "Yhteydenotosta hoitoon, keskiarvo", sv = "Från kontakt till vård, medelvärde", en = "Contact to care, mean" }
--- about = { fi = "Päiviä ensimmäisestä yhteydenotosta sitä seuranneen hoidon alkuun, paikalliset päivät. Peruttu käynti ei ole hoitoa. Mukana ovat vain hoitoon päässeet: katso rinnalla, kuinka moni odottaa vielä.", sv = "Dagar från första kontakt till början av den vård som följde, lokala dagar. Ett avbokat besök är inte vård. Bara de som har fått vård är med: se bredvid hur många som ännu väntar.", en = "Days from the first contact to the start of the care that followed, local days. A cancelled visit is not care. Only those who got care are in it: see beside it how many still wait." }
---
--- [access.contact_to_care_quantiles]
--- id = "access.contact_to_care_quantiles"
--- kind = "quantiles"
--- name = { fi = "Yhteydenotosta hoitoon, kvantiilit", sv = "Från kontakt till vård, kvantiler", en = "Contact to care, quantiles" }
--- about = { fi = "Mediaanin rinnalla: kuinka monessa päivässä hoitoon pääsi kymmenesosa, neljännes, puolet, kolme neljännestä ja yhdeksän kymmenestä hoitoon päässeistä. Kvantiilit tyyppiä 7 (Hyndman ja Fan 1996).", sv = "Vid sidan av medianen: inom hur många dagar en tiondel, en fjärdedel, hälften, tre fjärdedelar och nio av tio av dem som fick vård hade fått den. Kvantiler av typ 7 (Hyndman och Fan 1996).", en = "Beside the median: within how many days a tenth, a quarter, half, three quarters and nine tenths of those who got care had got it. Quantiles of type 7 (Hyndman and Fan 1996)." }
SELECT
  e.encounter_id AS case_id,
  e.resident_id,
  e.unit_id,
  e.profession,
  e.service,
  e.started_at AS at,
  CAST(CAST(local_date(e.started_at) AS INT) - CAST(local_date(c.opened_at) AS INT) AS DOUBLE) AS days,
  CAST(local_date(e.started_at) AS INT) - CAST(local_date(c.opened_at) AS INT) <= 7 AS within_week
FROM encounters e
JOIN contacts c ON c.contact_id = e.contact_id
WHERE e.status = 'done'
  AND e.first_visit
  AND e.modality IN ('in_person', 'home', 'workplace', 'institution', 'elsewhere', 'phone', 'video')
  AND e.started_at >= c.opened_at
  AND e.started_at >= $from
  AND e.started_at < $to
