-- A token bucket. KEYS[1]: the bucket. ARGV[1]: its capacity; ARGV[2]: tokens added per second.
-- Takes a token, if there is one. Answers whether there was (1 or 0), and the tokens that are left, as a text with a
-- fraction: a number would be cut off. The server's clock is everybody's clock.
local capacity = tonumber(ARGV[1])
local rate = tonumber(ARGV[2])
local moment = redis.call('TIME')
local now = moment[1] + moment[2] / 1000000

local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(kept[1]) or capacity
local at = tonumber(kept[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * rate)

local granted = 0
if tokens >= 1 then
  granted = 1
  tokens = tokens - 1
end
local left = string.format('%.6f', tokens)

-- Lua writes 14 digits of a number unless told: too few for microseconds since 1970.
redis.call('HSET', KEYS[1], 'tokens', left, 'at', string.format('%.6f', now))
-- A bucket that would be full again is a bucket that nobody needs to remember.
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) / rate * 1000) + 1000)
return {granted, left}
