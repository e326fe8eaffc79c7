--- id = "access.remote_share"
--- kind = "share"
--- part_of = "volume.encounters"
--- unit = "share"
--- better = "neither"
--- hit = "remote"
--- published = ["profession"]
--- name = { fi = "Etäasioinnin osuus", sv = "Andel distanskontakter", en = "Share of remote encounters" }
--- source = "Avohilmo contact modes R52 and R56 (THL); an unknown mode is outside numerator and denominator and shows in the coverage"
--- [about]
--- fi = "Puhelin, video, chatti, viesti ja kirje toteutuneista asioinneista. Asiointi, jonka tapaa ei ole kirjattu, ei ole mukana."
--- sv = "Telefon, video, chatt, meddelande och brev av genomförda besök. Besök utan antecknat sätt är inte med."
--- en = "Phone, video, chat, message and letter out of done encounters. Encounters whose mode is not recorded are left out."
SELECT
  encounter_id AS case_id,
  resident_id,
  unit_id,
  service,
  profession,
  modality,
  started_at AS at,
  modality IN ('phone', 'video', 'chat', 'message', 'letter') AS remote
FROM encounters
WHERE status = 'done'
  AND (modality IS NULL OR modality IN ('in_person', 'home', 'workplace', 'institution', 'elsewhere', 'phone', 'video', 'chat', 'message', 'letter'))
  AND started_at >= $from
  AND started_at < $to
