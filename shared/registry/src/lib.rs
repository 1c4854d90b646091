//! Record types, fields, vocabularies, notices, review paths.
