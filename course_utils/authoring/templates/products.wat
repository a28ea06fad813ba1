;; Matrix products for numpy in a browser, which has no BLAS: what `a @ b` runs for floats of one width.
;; It sums from left to right, as numpy itself does, several columns at once.
(module
  (import "env" "memory" (memory 0))
  (global $size i32 (i32.const 4))      ;; bytes of a float; this text is for f32, and products.py makes that for f64
  (global $columns i32 (i32.const 16))  ;; how many are summed at once: they fill four vectors

  ;; One sum: n products of a row and a column, whose numbers are an and bn bytes apart.
  (func $sum (param $a i32) (param $b i32) (param $n i32) (param $an i32) (param $bn i32) (result f32)
    (local $sum f32)
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $n)))
      (local.set $sum (f32.add (local.get $sum) (f32.mul (f32.load (local.get $a)) (f32.load (local.get $b)))))
      (local.set $a (i32.add (local.get $a) (local.get $an)))
      (local.set $b (i32.add (local.get $b) (local.get $bn)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br $next)))
    (local.get $sum))

  ;; The sums of a row with 64 bytes of columns that lie side by side, as the results at o do.
  (func $sums (param $a i32) (param $b i32) (param $o i32) (param $n i32) (param $an i32) (param $bn i32)
    (local $x v128) (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $n)))
      (local.set $x (v128.load32_splat (local.get $a)))
      (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $x) (v128.load (local.get $b)))))
      (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $x) (v128.load offset=16 (local.get $b)))))
      (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $x) (v128.load offset=32 (local.get $b)))))
      (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $x) (v128.load offset=48 (local.get $b)))))
      (local.set $a (i32.add (local.get $a) (local.get $an)))
      (local.set $b (i32.add (local.get $b) (local.get $bn)))
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br $next)))
    (v128.store (local.get $o) (local.get $s0))
    (v128.store offset=16 (local.get $o) (local.get $s1))
    (v128.store offset=32 (local.get $o) (local.get $s2))
    (v128.store offset=48 (local.get $o) (local.get $s3)))

  ;; One row of the product: p columns, bp bytes apart, as the results are op bytes apart.
  (func $row (param $a i32) (param $b i32) (param $o i32) (param $n i32) (param $p i32)
      (param $an i32) (param $bn i32) (param $bp i32) (param $op i32)
    (local $k i32)
    (if (i32.and (i32.ge_s (local.get $p) (global.get $columns)) (i32.and
        (i32.eq (local.get $bp) (global.get $size)) (i32.eq (local.get $op) (global.get $size)))) (then
      (loop $next
        (call $sums (local.get $a) (i32.add (local.get $b) (i32.mul (local.get $k) (global.get $size)))
          (i32.add (local.get $o) (i32.mul (local.get $k) (global.get $size)))
          (local.get $n) (local.get $an) (local.get $bn))
        (if (i32.eq (i32.add (local.get $k) (global.get $columns)) (local.get $p)) (then (return)))
        (local.set $k (i32.add (local.get $k) (global.get $columns)))
        (if (i32.gt_s (i32.add (local.get $k) (global.get $columns)) (local.get $p)) (then  ;; the last ones, some of them again
          (local.set $k (i32.sub (local.get $p) (global.get $columns)))))
        (br $next))))
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $p)))
      (f32.store (local.get $o) (call $sum (local.get $a) (local.get $b) (local.get $n) (local.get $an) (local.get $bn)))
      (local.set $b (i32.add (local.get $b) (local.get $bp)))
      (local.set $o (i32.add (local.get $o) (local.get $op)))
      (local.set $p (i32.sub (local.get $p) (i32.const 1)))
      (br $next))))

  ;; What numpy calls. args: a, b and the results.  dims: how many products, and the m, n, p of each.
  ;; steps: from one product to the next in a, b and the results; then within one, a's m and n, b's n and p, the results' m and p.
  (func (export "products") (param $args i32) (param $dims i32) (param $steps i32) (param $data i32)
    (local $k i32) (local $m i32) (local $a i32) (local $o i32)
    (block $done (loop $next
      (br_if $done (i32.eq (local.get $k) (i32.load (local.get $dims))))
      (local.set $a (i32.add (i32.load (local.get $args)) (i32.mul (local.get $k) (i32.load (local.get $steps)))))
      (local.set $o (i32.add (i32.load offset=8 (local.get $args)) (i32.mul (local.get $k) (i32.load offset=8 (local.get $steps)))))
      (local.set $m (i32.load offset=4 (local.get $dims)))
      (block $all (loop $next_row
        (br_if $all (i32.eqz (local.get $m)))
        (call $row (local.get $a)
          (i32.add (i32.load offset=4 (local.get $args)) (i32.mul (local.get $k) (i32.load offset=4 (local.get $steps))))
          (local.get $o)
          (i32.load offset=8 (local.get $dims)) (i32.load offset=12 (local.get $dims))
          (i32.load offset=16 (local.get $steps)) (i32.load offset=20 (local.get $steps))
          (i32.load offset=24 (local.get $steps)) (i32.load offset=32 (local.get $steps)))
        (local.set $a (i32.add (local.get $a) (i32.load offset=12 (local.get $steps))))
        (local.set $o (i32.add (local.get $o) (i32.load offset=28 (local.get $steps))))
        (local.set $m (i32.sub (local.get $m) (i32.const 1)))
        (br $next_row)))
      (local.set $k (i32.add (local.get $k) (i32.const 1)))
      (br $next)))))
