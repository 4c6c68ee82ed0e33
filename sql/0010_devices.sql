-- A device's access over time: a rotated secret stays valid beside the new one for a while, a revocation holds for good,
-- and every server learns of either.
alter table devices
  add column previous_secret_hash bytea check (length(previous_secret_hash) = 32),
  add column previous_until timestamptz,
  add constraint devices_previous_both check ((previous_secret_hash is null) = (previous_until is null)),
  -- when secrets or the right to speak last changed: what the servers look for
  add column access_changed_at timestamptz,
  -- null: the broker's accounts are not ours to keep; 'missing': the broker has none of it, only a new secret makes one
  add column broker_account text check (broker_account in ('ok', 'missing'));
create index on devices (access_changed_at) where access_changed_at is not null;

grant select (previous_until, broker_account) on devices to zaitu_app;
grant update (broker_account) on devices to zaitu_ingest;
-- whose device it is and what it is called never changes; no hash of a secret can be read
revoke update on devices from zaitu_app;
grant update (interval_seconds, report_seconds, pressure_reference, broker_account, status, status_at) on devices to zaitu_app;

-- A new secret; the one until now stays valid for `overlap`, one from before that ends. No row: there is no such device.
create function rotate_device_secret(wanted text, its_hash bytea, overlap interval)
  returns table (revoked boolean, old_until timestamptz)
  language plpgsql volatile security definer set search_path = public as $$
declare one devices;
begin
  select * into one from devices
    where code = wanted and org_id = app_org() and app_shipment() is null for update;
  if not found then return; end if;
  if one.revoked_at is null then
    update devices d set secret_hash = its_hash, access_changed_at = clock_timestamp(),
      previous_secret_hash = case when overlap > interval '0' then one.secret_hash end,
      previous_until = case when overlap > interval '0' then now() + overlap end
      where d.id = one.id returning d.previous_until into one.previous_until;
  end if;
  return query select one.revoked_at is not null, one.previous_until;
end $$;

-- Ends a device's access for good; false where there is no such device.
create function revoke_device(wanted text) returns boolean
  language plpgsql volatile security definer set search_path = public as $$
begin
  update devices set revoked_at = coalesce(revoked_at, now()), access_changed_at = clock_timestamp(),
    previous_secret_hash = null, previous_until = null, broker_account = null,
    status = 'offline', status_at = case when status = 'offline' then status_at else now() end
    where code = wanted and org_id = app_org() and app_shipment() is null;
  return found;
end $$;
revoke all on function rotate_device_secret, revoke_device from public;
grant execute on function rotate_device_secret, revoke_device to zaitu_app;
