-- Rolling up the last minute of all devices has the device before the time in its index. Asked for device by device it
-- is found at once; without, versions before 18 (which cannot skip in an index) read a whole week or day, every 20 s.
do $$
declare
  name text;
begin
  foreach name in array array['roll_up_readings_1m', 'roll_up_readings_1h'] loop
    if to_regproc(name) is not null then
      execute replace(replace(pg_get_functiondef(to_regproc(name)),
        'where bucket >= from_time', 'where device_id = any (array(select id from devices)) and bucket >= from_time'),
        'where time >= from_time', 'where device_id = any (array(select id from devices)) and time >= from_time');
    end if;
  end loop;
end $$;
