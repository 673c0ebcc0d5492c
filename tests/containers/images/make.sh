#!/bin/sh
# Makes the small disk images of the tests from files written here, with Debian's tools:
#   apt-get install apfsprogs e2fsprogs fdisk qemu-utils squashfs-tools ntfs-3g dosfstools mtools xz-utils \
#     mtd-utils genromfs util-linux-extra android-sdk-libsparse-utils lvm2 u-boot-tools mkbootimg erofs-utils \
#     exfatprogs exfat-fuse xorriso
#   MKFS_EROFS=…/mkfs.erofs sh tests/containers/images/make.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export E2FSPROGS_FAKE_TIME=1700000000 SOURCE_DATE_EPOCH=1700000000
ids="-U 11111111-2222-3333-4444-555555555555 -E hash_seed=11111111-2222-3333-4444-555555555555"

# The content: what tests/containers/test_disk_image.py expects.
mkdir -p tree/etc tree/usr/lib/deep/er
printf 'one line\n' > tree/etc/plain
: > tree/etc/empty
awk 'BEGIN { for (i = 0; i < 9000; i++) printf "line %d\n", i }' > tree/usr/lib/long
printf 'end' | dd of=tree/usr/lib/sparse bs=1 seek=50000 2>/dev/null
printf 'found\n' > 'tree/usr/lib/deep/er/a name with ünusual letters'
ln -s plain tree/etc/link
find tree -exec touch -h -d @1700000000 {} +

truncate -s 512K ext4.img
mke2fs -q -t ext4 -b 1024 -N 64 -m 0 -O ^has_journal,^resize_inode $ids -d tree ext4.img
truncate -s 512K ext2.img
mke2fs -q -t ext2 -b 1024 -N 64 -m 0 $ids -d tree ext2.img

# A folder of a layer of containers that hides what is below it.
mkdir -p layers/overlay2/diff/opt layers/overlay2/diff/plain
printf 'new\n' > layers/overlay2/diff/opt/new
find layers -exec touch -h -d @1700000000 {} +
truncate -s 128K ext4-layers.img
mke2fs -q -t ext4 -b 1024 -N 32 -m 0 -O ^has_journal,^resize_inode $ids -d layers ext4-layers.img
debugfs -w -R 'ea_set /overlay2/diff/opt trusted.overlay.opaque y' ext4-layers.img 2>/dev/null

# A disk with a table of partitions: the second one is the first of an extended one.
truncate -s 3M mbr.img
printf 'label: dos\nstart=64, size=1024, type=83\nstart=2048, size=4000, type=5\nstart=2112, size=1024, type=83\n' |
  sfdisk -q mbr.img
dd if=ext4.img of=mbr.img bs=512 seek=64 conv=notrunc 2>/dev/null
dd if=ext2.img of=mbr.img bs=512 seek=2112 conv=notrunc 2>/dev/null
truncate -s 2M gpt.img
printf 'label: gpt\nstart=64, size=1024\nstart=1200, size=1024\n' | sfdisk -q gpt.img
dd if=ext4.img of=gpt.img bs=512 seek=64 conv=notrunc 2>/dev/null
printf 'no file system, but something' | dd of=gpt.img bs=512 seek=1200 conv=notrunc 2>/dev/null

qemu-img convert -O qcow2 mbr.img qcow2.img
qemu-img convert -c -O qcow2 mbr.img qcow2-packed.img
for kind in gzip xz zstd lz4 lzo; do
  mksquashfs tree squashfs-$kind.img -comp $kind -b 16384 -all-root -no-progress -quiet
done
# Android's and containers' read-only system: plain, compressed, with large parts and the ends behind the index, and as
# the first kernels that knew it read it.
erofs() { name=$1; shift; mkfs.erofs -T 1700000000 -U 11111111-2222-3333-4444-555555555555 "$@" "$name.img" tree; }
erofs erofs
erofs erofs-chunks --chunksize=4096
erofs erofs-lz4 -zlz4
erofs erofs-lz4-packed -zlz4hc -C65536 -Eztailpacking
erofs erofs-lz4-early -zlz4 -Elegacy-compress
# What came later, by erofs-utils 1.9 from their source (MKFS_EROFS); in the last one two files share parts.
later() { "$MKFS_EROFS" --quiet -T 1700000000 -U 11111111-2222-3333-4444-555555555555 "$@"; }
later -zlzma -C65536 -Eztailpacking,fragments erofs-lzma.img tree
later -zdeflate -Eall-fragments,dedupe erofs-deflate.img tree
later -zzstd -E48bit -C65536 erofs-zstd.img tree
later -zlz4 -E48bit -Efragments erofs-lz4-large.img tree
later -E48bit --chunksize=4096 erofs-large.img tree
mkdir shared
for line in 1 2 3 4 5 6 7 8; do awk -v line=$line 'BEGIN { for (i = 0; i < 900; i++) print line, i * i }'; done > shared/one
(echo first; head -c 40000 shared/one; echo between; tail -c 20000 shared/one) > shared/two
head -c 45000 shared/one > shared/three
find shared -exec touch -d @1700000000 {} +
later -zlz4 -Ededupe erofs-shared.img shared
qemu-img convert -O vmdk ext4.img vmdk.img
qemu-img convert -O vhdx ext4.img vhdx.img
truncate -s 4M fat.img
mkfs.fat -F 12 -i 11111111 fat.img > /dev/null
mcopy -s -i fat.img tree/usr ::/ 2>/dev/null

# A disc for Macs and others, and what it has for Macs by itself: it begins at block 128.
xorriso -as mkisofs -quiet -hfsplus --modification-date=2023111422132000 -r -o disc-for-macs.img tree
dd if=disc-for-macs.img of=hfs-plus.img bs=512 skip=128 2>/dev/null

# Firmware: what lies on the flash memory of cameras and kiosks.
genromfs -d tree -f romfs.img -V images
mkfs.cramfs -n images tree cramfs.img > /dev/null
mkfs.jffs2 -r tree -e 64KiB --pad=131072 -o jffs2.img
mkfs.jffs2 -r tree -e 64KiB -b -o jffs2-big-endian.img
mkfs.jffs2 -r tree -e 64KiB -x zlib -X rtime -m size -o jffs2-rtime.img
mkfs.jffs2 -r tree -e 64KiB -x zlib -x rtime -X lzo -m size -o jffs2-lzo.img
for kind in lzo zlib zstd; do
  mkfs.ubifs -r tree -m 2048 -e 126976 -c 40 -x $kind -o ubifs-$kind.img
done
printf '[first]\nmode=ubi\nimage=ubifs-zlib.img\nvol_id=0\nvol_size=2MiB\nvol_name=rootfs\n' > ubi.ini
printf '[second]\nmode=ubi\nimage=squashfs-gzip.img\nvol_id=3\nvol_size=1MiB\nvol_name=data\n' >> ubi.ini
ubinize -Q 1 -o ubi.img -m 2048 -p 128KiB ubi.ini
img2simg ext4.img android-sparse.img

# What only a mount can fill; needs the rights to set one up. Of exFAT one file lies in pieces.
mkdir mounted
truncate -s 2M exfat.img
mkfs.exfat -c 4K -b 64K exfat.img > /dev/null
loop=$(losetup -f --show exfat.img)
mount.exfat-fuse "$loop" mounted
mkdir mounted/etc
cp tree/etc/plain tree/etc/empty mounted/etc/
mkdir -p mounted/usr/lib
for part in 0 1 2 3 4 5; do
  dd if=tree/usr/lib/long bs=16384 skip=$part count=1 2>/dev/null >> mounted/usr/lib/long
  dd if=/dev/zero bs=4096 count=1 2>/dev/null >> mounted/between
done
rm mounted/between
cp -r tree/usr/lib/sparse tree/usr/lib/deep mounted/usr/lib/
umount mounted
losetup -d "$loop"

# NTFS twice, of which the second compresses what it can. Its table of capital letters, which is large, is taken out.
ntfs() {
  truncate -s 2M "$1"
  mkntfs -q -F $2 "$1" 2>/dev/null
  ntfs-3g -o compression "$1" mounted
  mkdir -p mounted/etc mounted/usr/lib
  cp tree/etc/plain tree/etc/empty mounted/etc/
  for part in 0 1 2 3 4 5; do
    dd if=tree/usr/lib/long bs=16384 skip=$part count=1 2>/dev/null >> mounted/usr/lib/long
    sync mounted/usr/lib/long
    dd if=/dev/zero bs=4096 count=1 2>/dev/null >> mounted/between
    sync mounted/between
  done
  rm mounted/between
  cp --sparse=always tree/usr/lib/sparse mounted/usr/lib/
  cp -r tree/usr/lib/deep mounted/usr/lib/
  umount mounted
  python3 - "$1" <<'END'
import pathlib, struct, sys
image = pathlib.Path(sys.argv[1])
data = bytearray(image.read_bytes())
place = data.index(struct.pack("<97H", *range(97)))
data[place : place + (128 << 10)] = bytes(128 << 10)
image.write_bytes(data)
END
}
ntfs ntfs.img ""
ntfs ntfs-compressed.img -C

# Logical volumes, the second one in two stretches; needs the rights to set up a loop device.
truncate -s 6M lvm.img
loop=$(losetup -f --show lvm.img)
pvcreate -q --dataalignment 64k --metadatasize 64k "$loop" && vgcreate -q -s 64k images "$loop"
make="lvcreate -q --driverloaded n -an -Zn -Wn"
$make -l 8 -n root images && $make -l 4 -n data images && $make -l 2 -n gap images
lvextend -q --driverloaded n -l +6 images/data
losetup -d "$loop"
dd if=ext4.img of=lvm.img bs=64k seek=2 conv=notrunc 2>/dev/null
dd if=ext2.img of=lvm.img bs=64k seek=10 count=4 conv=notrunc 2>/dev/null
dd if=ext2.img of=lvm.img bs=64k skip=4 seek=16 conv=notrunc 2>/dev/null

# An APFS container is at least 512 MiB and nearly empty: only the blocks that are no zeros are kept, each behind its number.
truncate -s 600M apfs.whole
mkapfs -L Acme apfs.whole
python3 - <<'END' | xz -9e > "$here/apfs.blocks.xz"
import struct, sys
data = open("apfs.whole", "rb").read()
for at in range(0, len(data), 4096):
    block = data[at : at + 4096]
    if any(block):
        sys.stdout.buffer.write(struct.pack("<I", at // 4096) + block)
END

for image in *.img; do
  xz -9e --keep --stdout "$image" > "$here/$image.xz"
done
