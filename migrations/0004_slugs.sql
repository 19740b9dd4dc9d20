-- The slugs that an entry was given: whoever follows the directory asks for them with each change.
CREATE INDEX slug_of_entry ON slug (uid);
