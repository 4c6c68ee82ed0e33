-- The places of an organisation are where its shipments may stop, and how large the ends of a journey are.
grant select on sites to zaitu_ingest;
