-- A feed's cursor names a number and its hash. Every process reads them all when it starts: here without the bodies.
CREATE INDEX history_chain ON history (change_number, chain);
