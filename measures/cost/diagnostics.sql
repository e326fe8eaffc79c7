--- id = "cost.diagnostics_per_client"
--- kind = "mean"
--- unit = "euros"
--- better = "neither"
--- value = "euros"
--- name = { fi = "Tutkimusten kustannus asiakasta kohti", sv = "Undersökningarnas kostnad per klient", en = "Cost of diagnostics for each client" }
--- source = "Future Social and Health Centre programme 2020–2022, clients who need much: laboratory and imaging costs; the source gives no value"
--- about = { fi = "Laboratorio- ja kuvantamistutkimusten kustannus kuukaudessa niitä asiakkaita kohti, joille tutkimuksia pyydettiin, keskimäärin.", sv = "Kostnaden för laboratorie- och bilddiagnostik under månaden för de klienter för vilka undersökningar beställdes, i medeltal.", en = "Cost of laboratory and imaging in a month for the clients for whom any was ordered, on average." }
SELECT
  min(order_id) AS case_id,
  resident_id,
  unit_id,
  min(ordered_at) AS at,
  CAST(sum(cost_cents) AS DOUBLE) / 100 AS euros
FROM orders
WHERE kind IN ('imaging', 'laboratory')
  AND status <> 'cancelled'
  AND cost_cents IS NOT NULL
  AND ordered_at >= $from
  AND ordered_at < $to
GROUP BY resident_id, unit_id, date_trunc('month', local_date(ordered_at))
