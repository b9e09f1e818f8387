-- The words of search_documents. It keeps its own copy of the texts, because rows of a table without
-- an integer key may be numbered anew by VACUUM. Filled by services/search-service.ts.
CREATE VIRTUAL TABLE `search_index` USING fts5(`id` UNINDEXED, `title`, `body`, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
