-- The block of figures by SQL over the Parquet export, written from the published definitions and not from the code.
-- Parameters: $opening, $closing (first day after the period).
WITH RECURSIVE
event AS (
    SELECT contract_id, "on", kind, mrr_before_yen, mrr_after_yen,
           row_number() OVER (ORDER BY "on", file_row_number) AS place
    FROM outcomes WHERE contract_id IN (SELECT contract_id FROM contracts)
),
contract AS (
    SELECT contract_id, any_value(customer_id) AS customer_id, min(started_on) AS started_on,
           arg_min(mrr_yen, started_on) AS first_mrr_yen, max(renewal_due_on) AS due_on
    FROM contracts GROUP BY contract_id
),
final AS (
    SELECT contract_id, arg_max(mrr_after_yen, place) AS final_yen, bool_or(kind = 'renewed') AS renewed
    FROM event GROUP BY contract_id
),
successor AS (
    SELECT a.contract_id AS parent, b.contract_id AS child
    FROM contract a JOIN final ON final.contract_id = a.contract_id AND final.renewed
    JOIN contract b ON b.customer_id = a.customer_id AND b.contract_id <> a.contract_id
        AND date_diff('day', a.due_on, b.started_on) IN (0, 1) AND b.first_mrr_yen = final.final_yen
),
line AS (
    SELECT contract_id AS root, contract_id FROM contract WHERE contract_id NOT IN (SELECT child FROM successor)
    UNION ALL
    SELECT line.root, successor.child FROM line JOIN successor ON successor.parent = line.contract_id
),
day AS (SELECT unnest([$opening, $closing]) AS day),
told AS (
    SELECT day.day, line.root, arg_max(event.mrr_after_yen, event.place) AS yen
    FROM day JOIN event ON event."on" < day.day JOIN line USING (contract_id) GROUP BY ALL
),
initial AS (
    SELECT day.day, line.root, any_value(c.customer_id) AS customer_id, arg_max(t.mrr_yen, t.started_on) AS yen
    FROM day JOIN contracts t ON t.started_on <= day.day JOIN line USING (contract_id) JOIN contract c USING (contract_id) GROUP BY ALL
),
mrr AS (
    SELECT initial.day, initial.customer_id, sum(coalesce(told.yen, initial.yen)) AS yen
    FROM initial LEFT JOIN told ON told.day = initial.day AND told.root = initial.root GROUP BY ALL
),
cohort AS (
    SELECT o.customer_id, o.yen AS opening, coalesce(c.yen, 0) AS closing
    FROM mrr o LEFT JOIN mrr c ON c.customer_id = o.customer_id AND c.day = $closing WHERE o.day = $opening AND o.yen > 0
),
inside AS (
    SELECT event.*, contract.customer_id FROM event JOIN contract USING (contract_id)
    WHERE event."on" >= $opening AND event."on" < $closing AND contract.customer_id IN (SELECT customer_id FROM cohort)
),
first_start AS (SELECT customer_id, min(started_on) AS first_on FROM contracts GROUP BY customer_id),
growth AS (
    SELECT inside.customer_id, mrr_after_yen - mrr_before_yen AS added,
           (year("on") - year(first_on)) * 12 + month("on") - month(first_on) AS months
    FROM inside JOIN first_start USING (customer_id) WHERE kind IN ('upsell', 'cross_sell')
)
SELECT
    (SELECT count(*) FROM cohort)::BIGINT AS cohort_customers,
    (SELECT sum(opening) FROM cohort)::BIGINT AS opening_yen,
    (SELECT sum(closing) FROM cohort)::BIGINT AS closing_yen,
    (SELECT sum(least(opening, closing)) FROM cohort)::BIGINT AS kept_yen,
    (SELECT count(*) FROM cohort WHERE closing = 0)::BIGINT AS churned,
    (SELECT sum(greatest(0, mrr_before_yen - mrr_after_yen)) FROM inside)::BIGINT AS fall_yen,
    (SELECT count(DISTINCT customer_id) FROM growth)::BIGINT AS expanded,
    (SELECT sum(added) FROM growth)::BIGINT AS added_yen,
    (SELECT count(*) FROM growth)::BIGINT AS expansions,
    (SELECT median(months) FROM growth) AS median_month
