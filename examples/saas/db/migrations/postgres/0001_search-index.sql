-- Without accents, and with spaces for what stands between words: PostgreSQL would keep an e-mail address,
-- a date or a file name as one word, and nobody searches for those whole.
CREATE FUNCTION search_text(source text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
	SELECT translate(
		normalize(regexp_replace(normalize(source, NFD), '[\u0300-\u036f]', '', 'g'), NFC),
		'!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~',
		'                                '
	)
$$;--> statement-breakpoint
-- Follows its row by itself. A word of the title counts for more than one of the body.
ALTER TABLE "search_documents" ADD COLUMN "words" tsvector GENERATED ALWAYS AS (
	setweight(to_tsvector('simple', search_text("title")), 'A') || setweight(to_tsvector('simple', search_text("body")), 'B')
) STORED;--> statement-breakpoint
CREATE INDEX "search_documents_words" ON "search_documents" USING gin ("words");
