-- A condition that statements name: report r is of a choice of categories, and was a matter of its own.
r.outcome IS DISTINCT FROM 'rejected' AND r.outcome IS DISTINCT FROM 'duplicate'
AND (%(codes)s::text[] IS NULL OR coalesce(r.category_code, '') = ANY (%(codes)s::text[]))
AND coalesce(r.category_code, '') <> ALL (%(hidden)s::text[])
