-- What wrk asks for: wrk -s wrk.lua URL -- METHOD TARGETS TOKENS ORDER
-- TARGETS has a path a line, and after a tab a JSON body where there is one; TOKENS an access token a line, in turn.
-- ORDER is "random" or "each": a line after the other. With "each" use one thread: every thread begins at the first.
-- wrk counts what is no 2xx or 3xx; what was measured is printed as one line of JSON.

local targets, tokens, is_random = {}, {}, true
local asked = 0

local function lines_of(path)
  local found = {}
  for line in io.lines(path) do
    found[#found + 1] = line
  end
  return found
end

function init(arguments)
  wrk.method = arguments[1]
  for _, line in ipairs(lines_of(arguments[2])) do
    local path, body = line:match("^([^\t]*)\t?(.*)$")
    targets[#targets + 1] = { path, body ~= "" and body or nil }
  end
  tokens = lines_of(arguments[3])
  is_random = arguments[4] == "random"
  math.randomseed(1)
end

function request()
  asked = asked + 1
  local target = targets[is_random and math.random(#targets) or (asked - 1) % #targets + 1]
  local headers = {}
  if #tokens > 0 then
    headers["Authorization"] = "Bearer " .. tokens[(asked - 1) % #tokens + 1]
  end
  if target[2] then
    headers["Content-Type"] = "application/json"
  end
  return wrk.format(nil, target[1], headers, target[2])
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
