#!/bin/sh
# Makes the small firmware files of the tests from text written here, with Debian's tools:
#   apt-get install u-boot-tools device-tree-compiler mkbootimg cpio gzip lz4
#   sh tests/containers/images/make_firmware.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export SOURCE_DATE_EPOCH=1700000000

# The content: what tests/containers/test_firmware.py expects.
awk 'BEGIN { for (i = 0; i < 900; i++) printf "kernel %d\n", i }' > kernel
mkdir -p root/etc && printf 'one line\n' > root/etc/plain && printf 'found\n' > root/init
touch -d @1700000000 root root/etc root/etc/plain root/init
(cd root && find . | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc -R 0:0) > ramdisk
gzip -9n < kernel > kernel.gz
gzip -9n < ramdisk > ramdisk.gz
lz4 -q -l -9 ramdisk ramdisk.lz4

mkimage -A arm -O linux -T kernel -C gzip -n images -d kernel.gz uimage.bin > /dev/null
mkimage -A arm -O linux -T multi -C none -n images -d kernel:ramdisk.gz uimage-multi.bin > /dev/null
cat > fit.its << 'END'
/dts-v1/;
/ {
  description = "images";
  images {
    kernel { description = "kernel"; data = /incbin/("kernel.gz"); type = "kernel"; arch = "arm"; os = "linux";
      compression = "gzip"; load = <0>; entry = <0>; };
    ramdisk { description = "ramdisk"; data = /incbin/("ramdisk"); type = "ramdisk"; arch = "arm"; os = "linux";
      compression = "none"; };
  };
  configurations { default = "one"; one { kernel = "kernel"; ramdisk = "ramdisk"; }; };
};
END
mkimage -f fit.its fit.bin > /dev/null
mkimage -E -f fit.its fit-outside.bin > /dev/null
for version in 0 2 3; do
  printf 'tree' > dtb
  more=""
  [ $version != 2 ] || more="--dtb dtb"
  mkbootimg --kernel kernel --ramdisk ramdisk.lz4 --header_version $version $more -o boot-$version.bin
done
mkbootimg --vendor_ramdisk ramdisk.lz4 --dtb dtb --header_version 3 --vendor_boot vendor-boot.bin
for image in *.bin; do
  xz -9e --keep --stdout "$image" > "$here/$image.xz"
done
