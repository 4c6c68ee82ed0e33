-- Accounts: who may come in, by what, and until when. Secrets (sessions, invitations, API tokens, known browsers) are 256
-- random bits of which only the SHA-256 is kept. Before sign-in there is no organisation to see the tables as, so what
-- happens there goes through functions, each for one exact key.

-- People -----------------------------------------------------------------------------------------------------------------
-- no password: signs in by OpenID Connect only
alter table people alter column password_hash drop not null;
alter table people add column disabled_at timestamptz, add column last_seen_at timestamptz;
revoke select on people from zaitu_app;
grant select (id, org_id, email, name, role, created_at, disabled_at, last_seen_at) on people to zaitu_app;
grant update (name, role, disabled_at) on people to zaitu_app;

-- Sessions and browsers --------------------------------------------------------------------------------------------------
alter table sessions
  add column id uuid not null default gen_random_uuid() unique,
  add column last_seen_at timestamptz not null default now(),
  add column address text,
  add column agent text;
create index on sessions (person_id);
alter table sessions enable row level security;
create policy own on sessions to zaitu_app
  using (app_shipment() is null and exists (select from people p where p.id = person_id))
  with check (false);
revoke all on sessions from zaitu_app;
grant select (id, token_hash, person_id, created_at, expires_at, last_seen_at, address, agent), delete on sessions to zaitu_app;

-- Browsers that have signed in to an account before (OWASP, device cookies): guesses of strangers don't slow them down.
create table known_browsers (
  token_hash bytea not null check (length(token_hash) = 32),
  person_id uuid not null references people on delete cascade,
  used_at timestamptz not null default now(),
  primary key (token_hash, person_id)
);
create index on known_browsers (person_id);
alter table known_browsers enable row level security;
create policy own on known_browsers to zaitu_app
  using (app_shipment() is null and exists (select from people p where p.id = person_id)) with check (false);
grant select, delete on known_browsers to zaitu_app;

drop function person_by_email;
create function person_by_email(wanted text, browser bytea)
  returns table (id uuid, org_id uuid, password_hash text, known boolean)
  language sql stable security definer set search_path = public
  as $$
    select p.id, p.org_id, p.password_hash,
      exists (select from known_browsers b where b.token_hash = browser and b.person_id = p.id and b.used_at > now() - interval '400 days')
    from people p where p.email = lower(wanted) and p.disabled_at is null
  $$;

drop function person_by_session;
create function person_by_session(wanted bytea)
  returns table (id uuid, org_id uuid, email text, name text, role text, org_name text, org_kind text, csrf_token text,
    expires_at timestamptz, stale boolean)
  language sql stable security definer set search_path = public
  as $$
    select p.id, p.org_id, p.email, p.name, p.role, o.name, o.kind, s.csrf_token, s.expires_at,
      s.last_seen_at < now() - interval '1 minute'
    from sessions s join people p on p.id = s.person_id join organisations o on o.id = p.org_id
    where s.token_hash = wanted and s.expires_at > now() and p.disabled_at is null
  $$;

-- A session for somebody who has proved to be that person; false where the account was disabled meanwhile. The browser
-- gets a new name each time (`browser_was` ends), so that a copy of an old cookie is worth nothing.
create function open_session(person uuid, its_token bytea, its_csrf text, lasts interval, its_address text, its_agent text,
  browser_was bytea, browser bytea) returns boolean
  language plpgsql volatile security definer set search_path = public as $$
begin
  perform from people where id = person and disabled_at is null for update;
  if not found then return false; end if;
  delete from sessions where expires_at < now();
  delete from known_browsers where used_at < now() - interval '400 days';
  insert into sessions (token_hash, person_id, csrf_token, expires_at, address, agent)
    values (its_token, person, its_csrf, now() + lasts, its_address, left(its_agent, 300));
  update people set last_seen_at = now() where id = person;
  update known_browsers set token_hash = browser where token_hash = browser_was;
  insert into known_browsers (token_hash, person_id) values (browser, person)
    on conflict (token_hash, person_id) do update set used_at = now();
  return true;
end $$;

create function touch_session(wanted bytea) returns void
  language sql volatile security definer set search_path = public
  as $$
    with seen as (
      update sessions set last_seen_at = now()
      where token_hash = wanted and last_seen_at < now() - interval '1 minute' returning person_id
    )
    update people p set last_seen_at = now() from seen where p.id = seen.person_id
  $$;

create function close_session(wanted bytea) returns void
  language sql volatile security definer set search_path = public
  as $$ delete from sessions where token_hash = wanted $$;

create function password_of(person uuid) returns text
  language sql stable security definer set search_path = public
  as $$ select password_hash from people where id = person and org_id = app_org() and app_shipment() is null $$;

-- A new password: all that was signed in by the old one ends, but for the session that changed it.
create function set_password(person uuid, its_hash text, but_session bytea, but_browser bytea) returns void
  language sql volatile security definer set search_path = public
  as $$
    with one as (
      update people set password_hash = its_hash
      where id = person and org_id = app_org() and app_shipment() is null returning id
    ), gone as (
      delete from sessions s using one where s.person_id = one.id and s.token_hash is distinct from but_session
    )
    delete from known_browsers b using one where b.person_id = one.id and b.token_hash is distinct from but_browser
  $$;

-- Invitations and resets -------------------------------------------------------------------------------------------------
create function may_begin(org uuid) returns boolean language sql stable security definer set search_path = public
  as $$
    select not exists (select from people where org_id = org)
      and exists (select from organisations o where o.id = org and (o.made_by = app_org() or is_operator()))
  $$;

create function has_people(org uuid) returns boolean language sql stable security definer set search_path = public
  as $$ select exists (select from people where org_id = org) $$;

create table invitations (
  id uuid primary key default gen_random_uuid(),
  -- whose person this will be, or is
  org_id uuid not null references organisations,
  -- who sees and withdraws it
  made_by uuid not null references organisations,
  purpose text not null check (purpose in ('invitation', 'reset')),
  person_id uuid references people on delete cascade,
  email text not null check (email = lower(email)),
  name text not null,
  role text not null check (role in ('viewer', 'member', 'admin')),
  token_hash bytea not null unique check (length(token_hash) = 32),
  created_by uuid references people,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  withdrawn_at timestamptz,
  check ((purpose = 'reset') = (person_id is not null)),
  check (expires_at <= created_at + interval '7 days')
);
create index on invitations (made_by, expires_at);
create index on invitations (org_id);
alter table invitations enable row level security;
create policy own on invitations for select to zaitu_app using (made_by = app_org() and app_shipment() is null);
-- in one's own organisation, or the first admin of one that has nobody yet
create policy made on invitations for insert to zaitu_app
  with check (made_by = app_org() and app_shipment() is null
    and (org_id = app_org() or (purpose = 'invitation' and role = 'admin' and may_begin(org_id)))
    and (person_id is null or exists (select from people p where p.id = person_id)));
create policy withdrawn on invitations for update to zaitu_app
  using (made_by = app_org() and app_shipment() is null) with check (withdrawn_at is not null);
grant select (id, org_id, made_by, purpose, person_id, email, name, role, created_by, created_at, expires_at, used_at, withdrawn_at)
  on invitations to zaitu_app;
grant insert (org_id, made_by, purpose, person_id, email, name, role, token_hash, created_by, expires_at) on invitations to zaitu_app;
grant update (withdrawn_at) on invitations to zaitu_app;

-- Whether a link still holds. One from outside is for the very first person only, so it ends when there is somebody.
create view open_invitations as
select i.* from invitations i left join people p on p.id = i.person_id
where i.used_at is null and i.withdrawn_at is null and i.expires_at > now() and p.disabled_at is null
  and (i.made_by = i.org_id or not exists (select from people x where x.org_id = i.org_id));

create function invitation_by_token(wanted bytea)
  returns table (id uuid, org_id uuid, person_id uuid, email text, name text, org_name text, purpose text)
  language sql stable security definer set search_path = public
  as $$
    select i.id, i.org_id, i.person_id, i.email, i.name, o.name, i.purpose
    from open_invitations i join organisations o on o.id = i.org_id where i.token_hash = wanted
  $$;

create function list_invitations()
  returns table (id uuid, email text, name text, role text, org_id uuid, org_name text, org_kind text, expires_at timestamptz, purpose text)
  language sql stable security definer set search_path = public
  as $$
    select i.id, i.email, i.name, i.role, o.id, o.name, o.kind, i.expires_at, i.purpose
    from open_invitations i join organisations o on o.id = i.org_id
    where i.made_by = app_org() and app_shipment() is null
  $$;

-- Uses a link once, and answers whom it made or whose password it set; a null person means no, `taken` that the e-mail
-- address has an account already.
create function use_invitation(wanted bytea, its_name text, its_hash text)
  returns table (person uuid, taken boolean)
  language plpgsql volatile security definer set search_path = public as $$
declare found_one invitations; someone uuid;
begin
  -- whoever comes second waits here, and then finds it used
  perform from organisations o join invitations i on i.org_id = o.id where i.token_hash = wanted for update;
  select * into found_one from open_invitations i where i.token_hash = wanted;
  if found_one.id is null then
    return query select null::uuid, false;
    return;
  end if;
  if found_one.purpose = 'reset' then
    someone := found_one.person_id;
    update people set password_hash = its_hash where id = someone;
    delete from sessions where person_id = someone;
    delete from known_browsers where person_id = someone;
    update invitations set withdrawn_at = now() where person_id = someone and used_at is null and withdrawn_at is null and id <> found_one.id;
  else
    insert into people (org_id, email, name, role, password_hash)
      values (found_one.org_id, found_one.email, coalesce(its_name, found_one.name), found_one.role, its_hash)
      on conflict (email) do nothing returning id into someone;
    if someone is null then
      return query select null::uuid, true;
      return;
    end if;
  end if;
  update invitations set used_at = now() where id = found_one.id;
  return query select someone, false;
end $$;

-- API tokens -------------------------------------------------------------------------------------------------------------
create table api_tokens (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organisations,
  name text not null,
  scope text not null check (scope in ('read', 'write', 'telemetry', 'milestones')),
  token_hash bytea not null unique check (length(token_hash) = 32),
  created_by uuid references people,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  check (expires_at > created_at and expires_at <= created_at + interval '400 days')
);
create index on api_tokens (org_id, name, id);
alter table api_tokens enable row level security;
create policy own on api_tokens for select to zaitu_app using (org_id = app_org() and app_shipment() is null);
create policy made on api_tokens for insert to zaitu_app with check (org_id = app_org() and app_shipment() is null);
create policy revoked on api_tokens for update to zaitu_app
  using (org_id = app_org() and app_shipment() is null) with check (revoked_at is not null);
grant select (id, org_id, name, scope, created_by, created_at, expires_at, revoked_at, last_used_at) on api_tokens to zaitu_app;
grant insert (org_id, name, scope, token_hash, created_by, expires_at) on api_tokens to zaitu_app;
grant update (revoked_at) on api_tokens to zaitu_app;

create function token_by_hash(wanted bytea)
  returns table (id uuid, org_id uuid, org_name text, org_kind text, name text, scope text, expires_at timestamptz, stale boolean)
  language sql stable security definer set search_path = public
  as $$
    select t.id, t.org_id, o.name, o.kind, t.name, t.scope, t.expires_at,
      coalesce(t.last_used_at < now() - interval '1 minute', true)
    from api_tokens t join organisations o on o.id = t.org_id
    where t.token_hash = wanted and t.revoked_at is null and t.expires_at > now()
  $$;

create function touch_token(wanted bytea) returns void
  language sql volatile security definer set search_path = public
  as $$
    update api_tokens set last_used_at = now()
    where token_hash = wanted and coalesce(last_used_at < now() - interval '1 minute', true)
  $$;

-- OpenID Connect ---------------------------------------------------------------------------------------------------------
-- A provider's name for a person never changes (OpenID Connect Core, 5.7); an e-mail address may go to somebody else.
create table person_identities (
  issuer text not null,
  subject text not null,
  person_id uuid not null references people on delete cascade,
  created_at timestamptz not null default now(),
  primary key (issuer, subject),
  unique (issuer, person_id)
);
alter table person_identities enable row level security;

-- What a browser that went to a provider has to bring back; used once.
create table oidc_starts (
  cookie_hash bytea primary key check (length(cookie_hash) = 32),
  provider text not null,
  state text not null,
  nonce text not null,
  verifier text not null,
  goes_to text not null,
  expires_at timestamptz not null default now() + interval '10 minutes'
);
alter table oidc_starts enable row level security;

create function begin_oidc(its_cookie bytea, its_provider text, its_state text, its_nonce text, its_verifier text, its_goal text)
  returns void language sql volatile security definer set search_path = public
  as $$
    delete from oidc_starts where expires_at < now();
    insert into oidc_starts (cookie_hash, provider, state, nonce, verifier, goes_to)
      values (its_cookie, its_provider, its_state, its_nonce, its_verifier, its_goal)
  $$;

create function end_oidc(its_cookie bytea, its_provider text)
  returns table (state text, nonce text, verifier text, goes_to text)
  language sql volatile security definer set search_path = public
  as $$
    delete from oidc_starts where cookie_hash = its_cookie and provider = its_provider and expires_at > now()
    returning state, nonce, verifier, goes_to
  $$;

-- The person whom a provider vouches for, in the one organisation that the provider speaks for; null where there is none.
-- `verified_email` is null unless the provider says that it is verified.
create function person_by_identity(org uuid, its_issuer text, its_subject text, verified_email text, its_name text, create_as text)
  returns uuid language plpgsql volatile security definer set search_path = public as $$
declare someone uuid; theirs uuid; off timestamptz;
begin
  -- two sign-ins of one new person at once
  perform pg_advisory_xact_lock(hashtextextended(its_issuer || ' ' || its_subject, 0));
  select p.id, p.org_id, p.disabled_at into someone, theirs, off
    from person_identities i join people p on p.id = i.person_id where i.issuer = its_issuer and i.subject = its_subject;
  if someone is not null then
    return case when theirs = org and off is null then someone end;
  end if;
  if verified_email is null then return null; end if;
  select p.id, p.org_id, p.disabled_at into someone, theirs, off from people p where p.email = lower(verified_email);
  if someone is null and create_as in ('viewer', 'member') then
    insert into people (org_id, email, name, role) values (org, lower(verified_email), its_name, create_as)
      on conflict (email) do nothing returning id into someone;
  elsif theirs <> org or off is not null then
    return null;
  end if;
  if someone is null then return null; end if;
  insert into person_identities (issuer, subject, person_id) values (its_issuer, its_subject, someone) on conflict do nothing;
  -- the address has passed from one person of the provider to another
  if not found then return null; end if;
  return someone;
end $$;

-- Organisations ----------------------------------------------------------------------------------------------------------
-- Buyers bring in whom they buy from and who carries for them, operators anybody; null where it may not.
create or replace function make_organisation(its_name text, its_kind text) returns uuid
  language plpgsql volatile security definer set search_path = public as $$
declare made uuid;
begin
  if app_shipment() is not null or not exists (
    select from organisations where id = app_org()
      and (kind = 'operator' or (kind = 'buyer' and its_kind in ('supplier', 'carrier')))) then
    return null;
  end if;
  insert into organisations (name, kind, made_by) values (its_name, its_kind, app_org()) returning id into made;
  insert into partners (org_id, partner_id) values (app_org(), made), (made, app_org());
  return made;
end $$;

revoke all on function person_by_email, person_by_session, open_session, touch_session, close_session, password_of, set_password,
  may_begin, has_people, invitation_by_token, list_invitations, use_invitation, token_by_hash, touch_token, begin_oidc, end_oidc,
  person_by_identity from public;
grant execute on function person_by_email, person_by_session, open_session, touch_session, close_session, password_of, set_password,
  may_begin, has_people, invitation_by_token, list_invitations, use_invitation, token_by_hash, touch_token, begin_oidc, end_oidc,
  person_by_identity to zaitu_app;
-- milestones over MQTT may come from a machine with a token
grant execute on function token_by_hash, touch_token to zaitu_ingest;
